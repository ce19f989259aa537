package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

// Close ends the connection in order, with a FIN that stays a FIN: the server
// half-closes, reads and discards what the client still sends, and closes.
//
// ToClient, everything before its offset is delivered first. In both directions
// the handler's further Reads and Writes fail with ErrInjected.
type Close struct{}

// Kind returns "close".
func (Close) Kind() string { return "close" }

// Validate returns nil.
func (Close) Validate() error { return nil }

func (Close) sealed()            {}
func (Close) acceptable()        {}
func (Close) point() decide.Step { return decide.Step{Op: decide.OpClose} }
