package fakeserver

import (
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How outbound's pump carries out what the plan has decided.

// carryOutRun does a step, or passes on bytes that lie in a row. It reports whether
// anything can follow.
func (p *pumpedOut) carryOutRun(run []item) bool {
	first := &run[0]
	if first.call != nil {
		first.call()
		return true
	}
	if len(first.Data) == 0 || first.Op != decide.OpPass {
		return p.carryOut(first.Step, first.recorded)
	}
	size := 0
	for _, it := range run {
		size += len(it.Data)
	}
	if !p.passCuts() {
		p.lost(int64(size))
		return false
	}
	for _, it := range run {
		p.stream.Done(it.Step) // first, as with the record: a client that has the bytes may ask
	}
	return p.send(first.Data[:size], len(run))
}

// send sends b, the bytes of n items, and records with its last byte the steps that are reached
// there: what the client does when it has read that comes after them. It reports whether all of
// it has left.
func (p *pumpedOut) send(b []byte, n int) bool {
	reached := p.queue.reach(n, p.waits)
	if len(reached) == 0 {
		_, err := p.out.send(b, true, nil)
		return p.c.writeError(err) == nil
	}
	var acting []decide.Step
	sent, err := p.out.send(b, true, func() {
		for _, s := range reached {
			if s.Op == decide.OpTell {
				p.tell(s, p.c.in.now())
			} else if p.act(s, 0) && !takesDown(s) { // which can't be taken back
				acting = append(acting, s)
			}
		}
	})
	if sent < len(b) {
		p.takeBack(acting)
	}
	return p.c.writeError(err) == nil
}

// takeBack says of steps that are recorded already that they did not act: what is before
// them did not leave.
func (p *pumpedOut) takeBack(acting []decide.Step) {
	for _, s := range acting {
		p.stream.Undo(s)
		p.lane.Add(transcript.Event{Kind: transcript.Note, Rule: s.Rule, Text: didNotAct + "the bytes in front of it did not leave"})
	}
}

// carryOut does one step, which may be recorded already. It reports whether anything can
// follow.
func (p *pumpedOut) carryOut(s decide.Step, recorded bool) bool {
	switch s.Op {
	case decide.OpPass, decide.OpDrop: // of no bytes
		p.stream.Done(s)
		return true
	case decide.OpCut:
		p.cuts = append(p.cuts, s)
		return true
	case decide.OpTell:
		if !recorded {
			p.tell(s, p.c.in.now())
		}
		return true
	case decide.OpMark, decide.OpStall, decide.OpHold, decide.OpDown, decide.OpIgnoreDials:
		if !recorded {
			p.act(s, 0)
		}
		return !stops(s) || p.stop(s)
	}
	p.endAs(s, recorded)
	return false
}

// endAs ends the connection, or this direction, as s says, which may be recorded already.
func (p *pumpedOut) endAs(s decide.Step, recorded bool) {
	c, why := p.c, newInjected(s)
	switch s.Op {
	case decide.OpFinish:
		p.out.sendFIN()
	case decide.OpHalfClose:
		if p.acted(s, 0) {
			p.out.sendRuledFIN()
		}
	case decide.OpClose:
		if p.acted(s, 0) {
			p.out.sendRuledFIN()
			c.end(inOrder, why)
		}
	case decide.OpExit:
		if p.acted(s, c.awaitDelivery()) {
			c.end(asExit, why)
			c.exitAfter(nil)
		}
	case decide.OpRestart:
		if left := c.awaitDelivery(); recorded || p.act(s, left) {
			p.endWithProcess(s)
		}
	case decide.OpReset:
		left := c.awaitDelivery()
		p.edge.awaitConnected()
		if s.Rule != "" {
			c.end(atOnce, why)
			p.acted(s, left)
		}
		c.resetAfter(s.Rule, nil)
	}
}

// endWithProcess ends the connection by which a Restart came about.
func (p *pumpedOut) endWithProcess(s decide.Step) {
	c, why := p.c, newInjected(s)
	if s.How == transcript.ByRST {
		p.edge.awaitConnected()
		c.end(atOnce, why)
		c.resetAfter(s.Rule, nil)
		return
	}
	c.end(asExit, why)
	c.exitAfter(nil)
}

// passCuts waits at a boundary until the client has read what comes before it, and then
// for the pauses.
func (p *pumpedOut) passCuts() bool {
	if len(p.cuts) == 0 {
		return true
	}
	text, pause := p.edge.confirm(), time.Duration(0)
	for _, s := range p.cuts {
		s.Text = text + strings.TrimPrefix(s.Text, "boundary")
		p.acted(s, 0)
		pause += s.Delay
	}
	p.cuts = p.cuts[:0]
	if text != confirmed && pause == 0 {
		pause = unconfirmedPause
	}
	return pause == 0 || p.c.sleep(nil, time.Now().Add(pause))
}

// stop stops sending, as the Stall or Hold of s says, until that is over, its rule is taken
// out of the plan, or the connection ends. It reports whether the connection goes on.
func (p *pumpedOut) stop(s decide.Step) bool {
	open, until := p.stopOf(s)
	for {
		changed := p.c.core.planChanged()
		p.replan()
		if isClosedChan(open) || hasPassed(until) || !p.hasRule(s) {
			return true
		}
		if !p.c.sleepFor(changed, open, until) {
			return false
		}
	}
}

// lost records that n bytes of the handler never left.
func (p *pumpedOut) lost(n int64) {
	if n > 0 {
		p.lane.Add(transcript.Event{Kind: transcript.Unsent, Count: n, Text: "the connection ended before they were due"})
	}
}
