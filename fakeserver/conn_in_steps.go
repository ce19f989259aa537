package fakeserver

import (
	"io"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How inbound's pump carries out what the plan has decided.

// catchUp is how long the handler of a connection with a Bandwidth may be kept from
// running before the line goes idle meanwhile.
const catchUp = 20 * time.Millisecond

// carryOutBeside is carryOutAll while n bytes in the lane's buffer are not recorded yet: what
// came after them is not read before.
func (p *pumpedIn) carryOutBeside(n int, steps []decide.Step) bool {
	p.unrecorded = n > 0
	defer func() { p.unrecorded = false }()
	return p.carryOutAll(steps)
}

// carryOutAll does steps in their order. It reports whether the connection goes on.
func (p *pumpedIn) carryOutAll(steps []decide.Step) bool {
	if slices.ContainsFunc(steps, stops) {
		steps = slices.Clone(steps) // a change of the plan meanwhile uses their memory
	}
	for len(steps) > 0 || len(p.later) > 0 {
		if len(steps) == 0 {
			steps, p.later = p.later, nil
		}
		n := 1
		for n < len(steps) && !p.waits(steps[n-1]) {
			n++
		}
		if !p.carryOutTogether(steps[:n]) {
			return false
		}
		steps = steps[n:]
	}
	return true
}

// carryOutTogether does steps of which only the last may wait. The handler gets what
// they pass on only when all that they record is in the record, and when the end has come
// that they may bring: what it does then comes after that.
func (p *pumpedIn) carryOutTogether(steps []decide.Step) bool {
	last := len(steps) - 1
	if last > 0 || steps[last].Op != decide.OpPass {
		p.queue.hide()
		defer p.queue.show()
	}
	for _, s := range steps[:last] {
		if !p.carryOut(s) {
			return false
		}
	}
	if !stops(steps[last]) {
		return p.carryOut(steps[last])
	}
	p.acted(steps[last], 0)
	p.queue.show()
	p.stop(steps[last])
	return true
}

// carryOut does one step. It reports whether the connection goes on.
func (p *pumpedIn) carryOut(s decide.Step) bool {
	switch s.Op {
	case decide.OpPass:
		p.stream.Done(s)
		if p.kind == transcript.Data && len(s.Data) > 0 {
			s.Data = p.c.core.stable(s.Data)
			p.queue.widen(s.Pace(catchUp))
			p.queue.put(s)
		}
	case decide.OpDrop:
		p.stream.Done(s)
	case decide.OpTell:
		if p.kind == transcript.Data {
			p.queue.put(s) // until the handler has read so far
		} else {
			p.tell(s, p.c.out.now())
		}
	case decide.OpReset, decide.OpClose, decide.OpExit, decide.OpHalfClose, decide.OpRestart:
		return p.endByRule(s)
	case decide.OpFinish:
		p.queue.putEnd(s, io.EOF)
	case decide.OpMark, decide.OpDown, decide.OpIgnoreDials:
		p.act(s, 0)
	case decide.OpCut:
		p.acted(s, 0)
		p.queue.cut(s.Delay)
	case decide.OpStall, decide.OpHold:
		p.acted(s, 0)
		p.stop(s)
	}
	return true
}

// endByRule ends the connection, or this direction, as s says: the handler still
// gets what came before, and then the error. It reports whether to read on.
func (p *pumpedIn) endByRule(s decide.Step) (readOn bool) {
	c, why := p.c, newInjected(s)
	p.endedByRule.Store(true)
	p.in.discard.Store(true)
	var undelivered int64
	if resets(s) {
		undelivered = c.undelivered()
	}
	if !p.act(s, undelivered) {
		return false
	}
	switch {
	case s.Op == decide.OpHalfClose:
		p.queue.putEnd(s, io.EOF)
		return p.discardArrived()
	case resets(s):
		p.queue.putEnd(s, c.opError("read", why))
		c.end(atOnce, why)
		c.reset(s.Rule)
		return false
	case s.Op == decide.OpExit || s.Op == decide.OpRestart:
		p.queue.putEnd(s, c.opError("read", why))
		c.end(asExit, why)
		c.awaitDelivery()
		c.exit()
		return false
	default:
		p.queue.putEnd(s, c.opError("read", why))
		c.end(inOrder, why)
		readOn = p.discardArrived()
		c.out.closeWrite()
		return readOn
	}
}

// resets reports whether s ends the connection with an RST.
func resets(s decide.Step) bool {
	return s.Op == decide.OpReset || s.Op == decide.OpRestart && s.How == transcript.ByRST
}

// discardArrived discards what has arrived when a rule ends the stream, before the handler
// hears of that: what it does then comes after it in the record. It reports whether to read on.
func (p *pumpedIn) discardArrived() (readOn bool) {
	if p.unrecorded {
		return true
	}
	p.c.setRawReadDeadline(time.Time{})
	for sum := 0; sum < readAhead; {
		n, err := p.in.takeNow(p.lane.Buffer(minRead))
		sum += n
		p.in.throwAway(n)
		if err != nil {
			return isTimeout(err) || p.goesOn(err)
		}
	}
	return true
}

// stop stops reading, as the Stall or Hold of s says, until that is over, its rule is taken
// out of the plan, or the handler is done.
func (p *pumpedIn) stop(s decide.Step) {
	open, until := p.stopOf(s)
	p.queue.expect(false)
	for !p.in.discard.Load() {
		changed := p.queue.next()
		if p.stale() {
			p.later = append(p.later, p.adoptSteps()...)
			if !p.stream.Has(s) {
				return
			}
		}
		if isClosedChan(open) || hasPassed(until) || p.in.discard.Load() {
			return
		}
		if !p.c.sleepFor(changed, open, until) {
			if p.c.core.isClosing() {
				p.in.discard.Store(true) // what it has not read is nothing to the handler any more
			}
			return
		}
	}
}
