package fakeserver

import (
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a connection has to do with its server's outages.

// takesDown reports whether the server is to refuse what is new, or to give it no answer, by s.
func takesDown(s decide.Step) bool {
	return s.Op == decide.OpDown || s.Op == decide.OpIgnoreDials || s.Op == decide.OpRestart
}

// takeDown lets the server do so, as s says, and returns when it does. It is called
// before the byte is handed on at which s acts: what the receiver does then is refused. The
// connection's own end, of a Restart, is for the caller.
func (c *Conn) takeDown(s decide.Step) {
	o := outageOf(s)
	if s.Op == decide.OpRestart {
		o.restart, o.how, o.trigger = true, s.How, c
	}
	c.sleep(c.core.outages.begin(o))
}

// outageOf returns the outage of a step.
func outageOf(s decide.Step) *outage {
	return (&outage{rule: s.Rule, account: s.Account, lasts: s.Delay, ignores: s.Op == decide.OpIgnoreDials}).init()
}

// act is acted, and takes the server down if s says so.
func (p *pump) act(s decide.Step, count int64) (acts bool) {
	if acts = p.acted(s, count); acts && takesDown(s) {
		p.c.takeDown(s)
	}
	return acts
}

// endWithProcess ends a connection whose server's process ends, from outside of it: by an RST, or
// as by Exit. What its rules keep is not sent.
func (c *Conn) endWithProcess(how transcript.Ending) error {
	if how == transcript.ByRST {
		return ignoreClosed(c.tearDown())
	}
	c.end(asExit, net.ErrClosed)
	c.exit()
	return nil
}
