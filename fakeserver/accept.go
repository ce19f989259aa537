package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// accept carries out what the plan's OnAccept rules decide. It reports whether the
// handler is to be called; if not, no other rule is either.
func (c *Conn) accept() bool {
	if c.doAccept() {
		return true
	}
	c.in.stream, c.in.queue, c.in.pumped = nil, nil, nil
	c.out.stream, c.out.queue, c.out.pumped = nil, nil, nil
	return false
}

func (c *Conn) doAccept() bool {
	for _, s := range c.srv.prog.Accept(c.n) {
		c.srv.rec.Add(transcript.Event{Conn: c.n, Kind: transcript.Fault, Rule: s.Rule, Text: s.Text})
		c.srv.prog.Accepted(c.n, s)
		switch s.Op {
		case fault.OpStall:
			var until time.Time
			if s.Delay > 0 {
				until = time.Now().Add(s.Delay)
			}
			if !c.sleep(nil, until) {
				return false
			}
		case fault.OpReset:
			c.doomTo(&injected{s.Rule, s.Op}, true)
			c.reset(s.Rule)
			return false
		case fault.OpClose:
			return false
		}
	}
	return true
}
