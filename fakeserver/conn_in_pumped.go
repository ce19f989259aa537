package fakeserver

import (
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pumpedIn is how inbound goes where rules decide: its pump reads the socket and records, and
// queues what the handler may see, and when. All is the pump's, but for what says otherwise.
type pumpedIn struct {
	pump
	in     *inbound
	prog   decide.Program  // the plan that decides
	later  []decide.Step   // what a change of the plan gave while the pump was stopped
	kind   transcript.Kind // of the bytes that are decided about: Data, or Discarded
	look   look
	drains drain
	// Bytes in the lane's buffer were read, and are not recorded yet.
	unrecorded bool

	endedByRule atomic.Bool // for everything: a rule of this direction ended the connection
	unread      leftover    // under calls
}

func newPumpedIn(in *inbound, st decide.Stream, prog decide.Program) *pumpedIn {
	return &pumpedIn{pump: newPump(in.half, st, readAhead), in: in, prog: prog, look: look{in: in}, drains: drain{in: in}}
}

// decides reports whether the plan still decides about what comes: no rule has ended the
// stream.
func (p *pumpedIn) decides() bool { return !p.endedByRule.Load() }

// stale reports whether the server has another plan.
func (p *pumpedIn) stale() bool { return p.prog != p.c.core.program() }

// adoptSteps goes over to the server's plan, and returns the steps that are due at once.
func (p *pumpedIn) adoptSteps() []decide.Step {
	p.prog = p.c.core.program()
	p.noteReplan(p.stream.Taken())
	return p.stream.Adopt(p.prog, p.c.age())
}
