package fakeserver

import (
	"net"
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
	c.doom(net.ErrClosed) // from now on it gets no other rules either
	c.in.disarm()
	c.out.disarm()
	return false
}

func (c *Conn) doAccept() bool {
	for _, s := range c.srv.program().Accept(c.n) {
		c.srv.rec.Add(transcript.Event{Conn: c.n, Kind: transcript.Fault, Rule: s.Rule, Text: s.Text})
		c.srv.program().Accepted(c.n, s)
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

// disarm takes the direction's rules away, before its pump has started.
func (in *inbound) disarm() {
	in.reader.lock()
	defer in.reader.unlock()
	if in.begun {
		return
	}
	in.c.mu.Lock()
	defer in.c.mu.Unlock()
	in.stream, in.queue, in.pumped = nil, nil, nil
}

// disarm takes the direction's rules away, before its pump has started.
func (out *outbound) disarm() {
	out.writer.lock()
	defer out.writer.unlock()
	if out.begun {
		return
	}
	out.deciding.Lock()
	out.stream = nil
	out.deciding.Unlock()
	out.c.mu.Lock()
	defer out.c.mu.Unlock()
	out.queue, out.pumped = nil, nil
}
