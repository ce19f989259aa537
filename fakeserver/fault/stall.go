package fault

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// Stall stops one direction without ending it.
//
// FromClient, the server stops reading: the client's window closes once the
// socket buffers are full, which on Linux takes up to 4 MB. ToClient, the server
// stops sending and keeps what the handler writes. OnAccept, nothing of the connection goes
// on, and the handler is called afterwards. A stall ends with the connection, and when its rule
// is taken out of the plan.
type Stall struct {
	// For is how long. If zero, until the connection ends.
	For time.Duration
}

// Kind returns "stall".
func (Stall) Kind() string { return "stall" }

// Validate refuses a negative For.
func (f Stall) Validate() error {
	if f.For < 0 {
		return fmt.Errorf("For is %v, want 0 or more", f.For)
	}
	return nil
}

func (Stall) sealed()     {}
func (Stall) acceptable() {}
func (Stall) stops()      {}

func (f Stall) point() decide.Step {
	text := "until the connection ends"
	if f.For > 0 {
		text = "for " + f.For.String()
	}
	return decide.Step{Op: decide.OpStall, Delay: f.For, Text: text}
}
