package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A pump is what the pumped modes of both directions share.
type pump struct {
	half
	stream decide.Stream  // decides
	queue  *queue         // of what is decided
	done   chan struct{}  // closed when the pump has ended
	at     map[hold]*gate // where the Holds that are being carried out have come; the pump's
}

// A hold is one time that a Hold acts.
type hold struct {
	account any // its rule's
	offset  int64
}

func newPump(h half, st decide.Stream, limit int64) pump {
	return pump{half: h, stream: st, queue: &queue{limit: limit}, done: make(chan struct{})}
}

func (p *pump) wakeHandler() { p.queue.wake() }

func (p *pump) setDeadline(t time.Time) error {
	p.queue.setDeadline(t)
	return nil
}

func (p *pump) planOfCalls() decide.Program { return nil } // the pump sees to it

// alarm returns when the next rule that waits for a time is to be looked at; zero: none does.
func (p *pump) alarm() (at time.Time) {
	if age, ok := p.stream.Alarm(); ok {
		at = p.c.began.Add(age)
	}
	return at
}

// tell lets the other direction's rules hear of s.
func (p *pump) tell(s decide.Step, other interface{ hear() }) {
	p.stream.Done(s)
	other.hear()
}

// acted counts that a rule acts, and records it, both in one: what is in the report is in the
// record, and the other way round. Once the socket is closed a rule does nothing any more: what
// one direction has come to then has no order with how the other closed it. A Hold that comes
// to an open gate does nothing either. It reports whether the rule acts.
func (p *pump) acted(s decide.Step, count int64) bool {
	c := p.c
	c.mu.Lock() // the socket is not closed meanwhile, and Report waits
	defer c.mu.Unlock()
	if c.over {
		p.stream.Idle(s)
		return false
	}
	e := transcript.Event{
		Conn: c.n, Direction: p.way, Kind: transcript.Fault,
		Offset: s.Offset, Rule: s.Rule, Count: count, Text: s.Text,
	}
	acts := true
	if s.Op == decide.OpHold {
		c.core.gates.mu.Lock()
		defer c.core.gates.mu.Unlock()
		g := p.gateLocked(s)
		if acts = !isClosedChan(g.open); acts {
			g.fired.Store(true)
		}
	}
	if acts {
		p.stream.Done(s)
	} else {
		p.stream.Idle(s)
		e.Kind, e.Text = transcript.Note, "gate "+s.Gate+" is open: nothing is held"
	}
	if s.Op == decide.OpCut {
		c.core.rec.AddDense(e)
	} else {
		c.core.rec.Add(e)
	}
	return acts
}

// stopOf returns what ends the Stall or Hold of s: a gate that opens, or a time; nil and zero:
// only the end of the connection does.
func (p *pump) stopOf(s decide.Step) (open <-chan struct{}, until time.Time) {
	if s.Op == decide.OpHold {
		g := p.gateOf(s)
		delete(p.at, hold{s.Account, s.Offset})
		g.enter()
		return g.open, until
	}
	if s.Delay > 0 {
		until = time.Now().Add(s.Delay)
	}
	return nil, until
}

// gateOf returns the gate that the Hold of s comes to, which is the same until it is passed: what
// has found it open, or has been released there, is not held when it is rearmed.
func (p *pump) gateOf(s decide.Step) *gate {
	p.c.core.gates.mu.Lock()
	defer p.c.core.gates.mu.Unlock()
	return p.gateLocked(s)
}

// gateLocked is gateOf. It needs gates.mu.
func (p *pump) gateLocked(s decide.Step) *gate {
	h := hold{s.Account, s.Offset}
	g := p.at[h]
	if g == nil {
		g = p.c.core.gates.atLocked(s.Gate)
		if p.at == nil {
			p.at = map[hold]*gate{}
		}
		p.at[h] = g
	}
	return g
}

// stops reports whether s stops the stream, for a time or until it is released.
func stops(s decide.Step) bool { return s.Op == decide.OpStall || s.Op == decide.OpHold }

// waits reports whether s stops the stream now: a gate may be open already.
func (p *pump) waits(s decide.Step) bool {
	return stops(s) && !(s.Op == decide.OpHold && isClosedChan(p.gateOf(s).open))
}
