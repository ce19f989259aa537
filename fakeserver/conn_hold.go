package fakeserver

import (
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Hold waits at a gate, for a handler that goes on when the test says so: until [Server.Release], for which gates of handlers
// are the same as those of the plan's fault.Hold. AwaitHeld hears of it, and the record has a Note. What the client sends
// meanwhile waits to be read. At an open gate Hold returns at once.
//
// Its error is that of Read when the connection has ended, or the server closes.
func (c *Conn) Hold(gate string) error {
	g, held := c.core.gates.hold(gate, func(text string) { c.note(transcript.Note, text) })
	if held {
		g.enter()
	}
	for held && !isClosedChan(g.open) {
		changed := c.next()
		if c.isDoomed() {
			break
		}
		if !c.sleepFor(g.open, changed, time.Time{}) {
			return c.opError("hold", c.whyOr(net.ErrClosed))
		}
	}
	return c.check("hold")
}

// hold returns the gate that has the name, and whether it is to be waited for: if so, the gate has fired. note comes first.
func (g *gates) hold(name string, note func(text string)) (at *gate, held bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.addLocked(name)
	at = g.atLocked(name)
	if isClosedChan(at.open) {
		note("handler: gate " + name + " is open: nothing is held")
		return at, false
	}
	note("handler: holds at gate " + name)
	at.fired.Store(true)
	return at, true
}
