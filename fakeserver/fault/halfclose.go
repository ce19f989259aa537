package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

// HalfClose ends one direction.
//
// FromClient, the handler sees an end of stream; the client notices nothing, and
// what it still sends is recorded as discarded. ToClient, everything before its
// offset is delivered, then a FIN; the server still reads, and the handler's
// further Writes fail with ErrInjected.
type HalfClose struct{}

// Kind returns "half-close".
func (HalfClose) Kind() string { return "half-close" }

// Validate returns nil.
func (HalfClose) Validate() error { return nil }

func (HalfClose) sealed()            {}
func (HalfClose) point() decide.Step { return decide.Step{Op: decide.OpHalfClose} }
