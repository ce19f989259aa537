package fakeserver

import (
	"bytes"
	"io"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// catchUp is how long the handler of a connection with a Bandwidth may be kept from
// running before the line goes idle behind its back.
const catchUp = 20 * time.Millisecond

// pump reads the socket for the handler. First it carries out steps, and takes n
// bytes that were read into the lane's buffer.
func (in *inbound) pump(first []decide.Step, n int) {
	defer in.c.core.wg.Done()
	defer close(in.pumped)
	defer in.queue.expect(false)
	if !in.carryOutBeside(n, first) {
		in.throwAway(n)
		return
	}
	if n == 0 || in.took(n, unknownAge) {
		in.readAll()
	}
}

// carryOutBeside is carryOutAll while n bytes in the lane's buffer are not recorded yet: what
// came after them is not read before.
func (in *inbound) carryOutBeside(n int, steps []decide.Step) bool {
	in.unrecorded = n > 0
	defer func() { in.unrecorded = false }()
	return in.carryOutAll(steps)
}

// throwAway records n bytes in the lane's buffer that came after the connection's end.
func (in *inbound) throwAway(n int) {
	if n > 0 {
		in.followed(n)
		in.lane.Commit(transcript.Discarded, n)
	}
}

// carryOutAll does steps in their order. It reports whether the connection goes on.
func (in *inbound) carryOutAll(steps []decide.Step) bool {
	if slices.ContainsFunc(steps, stops) {
		steps = slices.Clone(steps) // a change of the plan meanwhile uses their memory
	}
	for len(steps) > 0 || len(in.later) > 0 {
		if len(steps) == 0 {
			steps, in.later = in.later, nil
		}
		n := 1
		for n < len(steps) && !in.c.waits(steps[n-1]) {
			n++
		}
		if !in.carryOutTogether(steps[:n]) {
			return false
		}
		steps = steps[n:]
	}
	return true
}

// carryOutTogether does steps of which only the last may wait. The handler gets what
// they pass on only when all that they record is in the record, and when the end has come
// that they may bring: what it does then comes behind that.
func (in *inbound) carryOutTogether(steps []decide.Step) bool {
	last := len(steps) - 1
	if last > 0 || steps[last].Op != decide.OpPass {
		in.queue.freeze(true)
		defer in.queue.freeze(false)
	}
	for _, s := range steps[:last] {
		if !in.carryOut(s) {
			return false
		}
	}
	if stops(steps[last]) {
		in.tell(steps[last])
		in.told++
		in.queue.freeze(false)
	}
	return in.carryOut(steps[last])
}

// stops reports whether s stops the stream, for a time or until it is released.
func stops(s decide.Step) bool { return s.Op == decide.OpStall || s.Op == decide.OpHold }

// waits reports whether s stops the stream now: a gate may be open already.
func (c *Conn) waits(s decide.Step) bool {
	return stops(s) && !(s.Op == decide.OpHold && isClosedChan(c.core.gates.at(s.Gate).open))
}

// carryOut does one step. It reports whether the connection goes on.
func (in *inbound) carryOut(s decide.Step) bool {
	c := in.c
	switch s.Op {
	case decide.OpPass:
		in.stream.Done(s)
		if in.kind == transcript.Data && len(s.Data) > 0 {
			s.Data = c.core.stable(s.Data)
			in.queue.widen(s.Pace(catchUp))
			in.queue.put(s)
		}
		return true
	case decide.OpDrop:
		in.stream.Done(s)
		return true
	case decide.OpReset, decide.OpClose, decide.OpHalfClose:
		return in.endByRule(s)
	case decide.OpFinish:
		in.queue.putEnd(s, io.EOF)
		return true
	}
	in.tell(s)
	switch s.Op {
	case decide.OpCut:
		in.queue.cut(s.Delay)
	case decide.OpStall:
		in.stall(s)
	case decide.OpHold:
		in.hold(s)
	}
	return true
}

// tell records that the rule of s acts, unless that was done before.
func (in *inbound) tell(s decide.Step) {
	if in.told > 0 {
		in.told--
		return
	}
	in.c.acted(in.stream, transcript.FromClient, s, 0)
}

// tellFirst records the marks and stops that steps begin with, up to the first that waits.
func (in *inbound) tellFirst(steps []decide.Step) {
	told := 0
	for _, s := range steps {
		if s.Op != decide.OpMark && !stops(s) {
			break
		}
		in.tell(s)
		if told++; in.c.waits(s) {
			break
		}
	}
	in.told = told
}

// endByRule ends the connection, or this direction, as s says: the handler still
// gets what came before, and then the error. It reports whether to read on.
func (in *inbound) endByRule(s decide.Step) bool {
	c, why := in.c, &injected{s.Rule, s.Op}
	in.ruled.Store(true)
	in.discard.Store(true)
	var undelivered int64
	if s.Op == decide.OpReset {
		undelivered = c.unacked()
	}
	if !c.acted(in.stream, transcript.FromClient, s, undelivered) {
		return false
	}
	if s.Op == decide.OpHalfClose {
		in.queue.putEnd(s, io.EOF)
		return in.takeRest()
	}
	in.queue.putEnd(s, c.opError("read", why))
	if s.Op == decide.OpReset {
		c.end(atOnce, why)
		c.reset(s.Rule)
		return false
	}
	c.end(inOrder, why)
	goesOn := in.takeRest()
	c.out.closeWrite()
	return goesOn
}

// takeRest discards what has arrived when a rule ends the stream, before the handler hears of
// that: what it does then comes after it in the record. It reports whether to read on.
func (in *inbound) takeRest() bool {
	if in.unrecorded {
		return true
	}
	in.c.setRawReadDeadline(time.Time{})
	for sum := 0; sum < readAhead; {
		n, err := in.takeNow(in.lane.Buffer(minRead))
		sum += n
		in.throwAway(n)
		if err != nil {
			return isTimeout(err) || in.goesOn(err)
		}
	}
	return true
}

// stall stops reading for the delay of s, or if that is zero until the connection ends
// or the rule is taken out of the plan.
func (in *inbound) stall(s decide.Step) {
	var until time.Time
	if s.Delay > 0 {
		until = time.Now().Add(s.Delay)
	}
	in.stop(s, nil, until)
}

// hold stops reading until the gate is released.
func (in *inbound) hold(s decide.Step) {
	g := in.c.core.gates.at(s.Gate)
	g.enter()
	in.stop(s, g.open, time.Time{})
}

// stop stops reading until ch is closed, the time has come (zero: never), the rule of s
// is taken out of the plan, or the handler is done.
func (in *inbound) stop(s decide.Step, ch <-chan struct{}, until time.Time) {
	in.queue.expect(false)
	for !in.discard.Load() {
		changed := in.queue.next()
		if in.stale() {
			in.prog = in.c.core.program()
			in.c.noteReplan(transcript.FromClient, in.stream.Taken())
			in.later = append(in.later, in.stream.Adopt(in.prog, in.c.age())...)
			if !in.stream.Has(s) {
				return
			}
		}
		if isClosedChan(ch) || !until.IsZero() && !time.Now().Before(until) || in.discard.Load() {
			return
		}
		if !in.c.sleepFor(changed, ch, until) {
			if in.c.core.isClosing() {
				in.discard.Store(true) // what it has not read is nothing to the handler any more
			}
			return
		}
	}
}

// stable returns recorded bytes that stay what they are.
func (s *core) stable(p []byte) []byte {
	if s.recordLimit == 0 {
		return p
	}
	return bytes.Clone(p)
}
