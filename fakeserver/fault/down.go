package fault

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// Down lets the server refuse, for a time, whatever is new: a dial gets ECONNREFUSED, and a
// datagram "port unreachable", as after the server's method Down. Connections that are open stay
// open, that with the rule included. The server keeps its port all the while.
//
// On a stream it acts as soon as the byte before its offset has passed: ToClient, the port refuses
// before that byte leaves; FromClient, before the handler gets it; OnAccept, before the handler
// starts. So what the client does when it has its answer is refused.
//
// On datagrams it acts with the peer's datagram whose number After.Datagrams says, or with the
// first, which still passes. FromClient, the port refuses before the handler gets that. ToClient,
// the port can refuse only when the datagram has left: what the client sends before it does is
// recorded, and gets no answer. What the plan kept of the server's own is not sent: see the
// server's Down.
//
// With AtStart the server refuses from its start on, and For counts from there.
//
// The outage ends when its time is over, when its rule is taken out of the plan, or with the
// server's Up, which ends all of them. A server is down for as long as any outage lasts, and after
// its method Down until Up. Where a port can't be kept (not on Linux, on a Transport whose sockets
// have no Suspend, in front of most listeners), a plan with it is refused, by an error that wraps
// errors.ErrUnsupported.
type Down struct {
	// For is how long; Forever is for good. Zero is refused.
	For time.Duration
}

// Kind returns "down".
func (Down) Kind() string { return "down" }

// Validate refuses a For that is no time.
func (f Down) Validate() error {
	if f.For <= 0 {
		return fmt.Errorf("For is %v, want more than 0: for good is fault.Forever", f.For)
	}
	return nil
}

func (Down) sealed()     {}
func (Down) acceptable() {}
func (Down) startable()  {}

func (f Down) outage() decide.Outage { return decide.Outage{For: f.For} }

func (f Down) point() decide.Step {
	return decide.Step{Op: decide.OpDown, Delay: f.For, Text: lasting(f.For)}
}

func (f Down) describeHit(*verdict) string    { return lasting(f.For) }
func (f Down) datagram(draws) datagramDecider { return downer{f.outage()} }
