package fakeserver

// What a rule does is counted and recorded in one: whoever finds it in the record finds
// it in the report, and the other way round.

import (
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// acted counts that a rule acts, and records it, unless the socket is closed: what one
// direction has come to then has no order with how the other closed it, and does nothing
// any more. A Hold that comes to an open gate does nothing either. It reports whether the
// rule acts.
func (c *Conn) acted(st decide.Stream, d transcript.Direction, s decide.Step, count int64) bool {
	c.mu.Lock() // the socket is not closed meanwhile, and Report waits
	defer c.mu.Unlock()
	if c.over {
		st.Idle(s)
		return false
	}
	e := transcript.Event{
		Conn: c.n, Direction: d, Kind: transcript.Fault,
		Offset: s.Offset, Rule: s.Rule, Count: count, Text: s.Text,
	}
	acts := s.Op != decide.OpHold || c.waits(s)
	if acts {
		if s.Op == decide.OpHold {
			c.core.gates.at(s.Gate).fired.Store(true)
		}
		st.Done(s)
	} else {
		st.Idle(s)
		e.Kind, e.Text = transcript.Note, "gate "+s.Gate+" is open: nothing is held"
	}
	if s.Op == decide.OpCut {
		c.core.rec.AddDense(e)
	} else {
		c.core.rec.Add(e)
	}
	return acts
}

// followed counts n bytes that the client sent and that were never decided about, for
// what had stopped its stream.
func (in *inbound) followed(n int) {
	in.c.mu.Lock()
	st := in.stream
	in.c.mu.Unlock()
	if st != nil {
		st.Followed(int64(n))
	}
}
