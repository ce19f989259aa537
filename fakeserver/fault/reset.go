package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

// Reset tears the connection down with an RST.
//
// FromClient, the RST leaves once exactly the bytes before its offset were read
// from the socket. ToClient, everything before its offset is delivered first:
// the server waits until the client's kernel has it, gives up after
// five seconds without progress, and then resets; the record counts what was
// not delivered.
//
// At offset 0, before the client has sent anything, the RST may come while the
// client is still connecting, and Go's Dial itself may then give ECONNRESET.
//
// On Linux the client can still read what was queued before the RST; on macOS and
// Windows the RST may overtake it.
type Reset struct{}

// Kind returns "reset".
func (Reset) Kind() string { return "reset" }

// Validate returns nil.
func (Reset) Validate() error { return nil }

func (Reset) sealed()            {}
func (Reset) acceptable()        {}
func (Reset) point() decide.Step { return decide.Step{Op: decide.OpReset} }
