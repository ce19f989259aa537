package fault

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// IgnoreDials lets the server leave dials without an answer, for a time: they wait until that is
// over, or until they time out, as after the server's method IgnoreDials. Connections that are open
// stay open, that with the rule included.
//
// It acts where Down does: as soon as the byte before its offset has passed, OnAccept before the
// handler starts, and AtStart from the server's start on. So a client that dials when it has its
// answer waits. One whose handshake is complete by then is served.
//
// It ends when its time is over, when its rule is taken out of the plan, or with the server's Up,
// which ends all outages. Where a Down or a Restart refuses dials meanwhile, they are refused.
// Linux sends the SYN of a dial that waits again after a second, and then after twice as long each
// time: so much later it may hear of the end. In memory it does so at once.
//
// It is for connections: datagrams that have no answer are a Blackhole. Where dials can't be left
// without an answer (not on Linux, on a unix socket, on a Transport whose listeners lack SetDeadline,
// Backlog or SetBacklog), a plan with it is refused, by an error that wraps errors.ErrUnsupported.
type IgnoreDials struct {
	// For is how long; Forever is for good. Zero is refused.
	For time.Duration
}

// Kind returns "ignore-dials".
func (IgnoreDials) Kind() string { return "ignore-dials" }

// Validate refuses a For that is no time.
func (f IgnoreDials) Validate() error {
	if f.For <= 0 {
		return fmt.Errorf("For is %v, want more than 0: for good is fault.Forever", f.For)
	}
	return nil
}

func (IgnoreDials) sealed()     {}
func (IgnoreDials) acceptable() {}
func (IgnoreDials) startable()  {}

func (f IgnoreDials) point() decide.Step {
	return decide.Step{Op: decide.OpIgnoreDials, Delay: f.For, Text: lasting(f.For)}
}
