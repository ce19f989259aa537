package fakeserver

import (
	"bytes"
	"io"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pumpedIn is how inbound goes where rules decide: its pump reads the socket and records, and
// queues what the handler may see, and when. All is the pump's, but for what says otherwise.
type pumpedIn struct {
	pump
	in     *inbound
	prog   decide.Program  // the plan that is gone by
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

// begin carries out what is due before the first byte, and starts the pump. What ends the
// connection there does so before the handler can run. What stops the direction is recorded
// here, so that what both directions begin with has one order. It needs calls.
func (p *pumpedIn) begin() {
	steps := p.stream.Tick(0)
	if len(steps) > 0 && steps[0].Op.Ends() {
		if !p.carryOut(steps[0]) {
			close(p.done)
			return
		}
		steps = nil
	}
	rest, stopped := p.recordFirst(slices.Clone(steps))
	p.start(rest, stopped, 0)
}

// start starts the pump: see run. It needs calls.
func (p *pumpedIn) start(steps []decide.Step, stopped bool, n int) {
	p.c.core.wg.Add(1)
	go p.run(steps, stopped, n)
}

// run is the pump. First it carries out steps, and takes n bytes that were read into the lane's
// buffer. Stopped says that the first step is recorded, and waits.
func (p *pumpedIn) run(steps []decide.Step, stopped bool, n int) {
	defer p.c.core.wg.Done()
	defer close(p.done)
	defer p.queue.expect(false)
	if stopped {
		p.stop(steps[0])
		steps = steps[1:]
	}
	if !p.carryOutBeside(n, steps) {
		p.in.throwAway(n)
		return
	}
	if n == 0 || p.took(n, unknownAge) {
		p.readAll()
	}
}

// readAll reads until the client's end of stream, an error, or a rule that tears
// the connection down. While it discards, it also ends when nothing comes any
// more. When the server closes, it takes what is there and ends.
func (p *pumpedIn) readAll() {
	for p.waitRoom() {
		if !p.adopt(0) {
			return
		}
		if !p.drains.arm(p.alarm()) || p.stale() {
			continue
		}
		n, age, err := p.readNext()
		if n > 0 && !p.adopt(n) {
			p.in.throwAway(n)
			return
		}
		if n > 0 && !p.took(n, age) || err != nil && !p.goesOn(err) {
			return
		}
	}
	p.queue.expect(false)
	p.in.takeRest()
	if p.c.sawReset() {
		p.endWith(p.c.opError("read", syscall.ECONNRESET)) // a write heard of it first
	}
}

// waitRoom waits until the queue has room, or what comes is discarded. It
// reports false when the server closes, a rule that goes by the clock ends the
// connection meanwhile, or it is gone.
func (p *pumpedIn) waitRoom() bool {
	for !p.in.discard.Load() {
		changed := p.queue.next()
		if p.queue.room() > 0 || p.stale() {
			break
		}
		if !p.c.sleep(changed, p.alarm()) {
			return false
		}
		if p.decides() && !p.carryOutAll(p.stream.Tick(p.c.age())) {
			return false
		}
	}
	return !p.c.nobodyWaits()
}

// readNext reads into the lane's buffer what may be taken. It returns how much that
// was, and the age at which the plan has to decide about it.
func (p *pumpedIn) readNext() (n int, age time.Duration, err error) {
	p.letGo()
	if !p.decides() {
		buf := p.lane.Buffer(minRead)
		n, err = p.in.take(buf[:min(int64(len(buf)), p.mayRead())])
		p.expectMore(n == len(buf))
		return n, unknownAge, err
	}
	buf := p.lane.Buffer(ruledRead)
	buf = buf[:min(int64(len(buf)), p.mayRead())]
	if room := p.stream.Room(); room < int64(len(buf)) {
		if p.stream.Looks() && p.look.canPeek() {
			return p.readLooking(buf)
		}
		buf = buf[:room]
	}
	n, err = p.in.take(buf)
	p.expectMore(n == len(buf))
	return n, unknownAge, err
}

// took records n bytes that were read and carries out what the plan decides
// about them at that age. It reports whether to read on.
func (p *pumpedIn) took(n int, age time.Duration) bool {
	p.drains.took(n)
	if p.in.discard.Load() {
		p.flush()
		p.kind = transcript.Discarded
	} else {
		p.kind = transcript.Data
	}
	if !p.decides() {
		p.lane.Commit(p.kind, n)
		return true
	}
	if age == unknownAge {
		age = p.c.age()
	}
	return p.feed(n, age)
}

// feed records n bytes in the lane's buffer, and carries out what the plan decides about
// them at that age. A plan that came while they were read, or a time, may let a rule act within
// them: they are taken up to there, and if that ends the stream, what is left is discarded.
func (p *pumpedIn) feed(n int, age time.Duration) bool {
	buf := p.lane.Buffer(n)[:n]
	taken := p.stream.Reach(buf, age)
	if taken == n {
		return p.decide(p.lane.Commit(p.kind, n), age)
	}
	rest := bytes.Clone(buf[taken:]) // the lane may use their memory again
	var first []byte
	if taken > 0 {
		first = p.c.core.stable(p.lane.Commit(p.kind, taken))
	}
	steps := p.stream.Feed(first, age)
	if p.stream.Room() == 0 {
		p.lane.Append(transcript.Discarded, rest)
		return p.carryOutAll(steps)
	}
	if !p.carryOutBeside(len(rest), steps) {
		p.lane.Append(transcript.Discarded, rest)
		return false
	}
	return p.took(copy(p.lane.Buffer(len(rest)), rest), unknownAge)
}

// decide carries out what the plan decides about b, which is recorded: some thousands of steps
// at a time. It reports whether to read on. What ends the connection meanwhile, a change of the
// plan in a stop, leaves the handler without the rest.
func (p *pumpedIn) decide(b []byte, now time.Duration) bool {
	for {
		before := p.stream.Taken()
		goesOn := p.carryOutAll(p.stream.FeedSome(b, now))
		n := p.stream.Taken() - before
		if b = b[n:]; len(b) == 0 {
			return goesOn
		}
		if !goesOn || n == 0 {
			p.leave(len(b))
			return goesOn
		}
	}
}

// leave records that the handler does not get the last n bytes, which were recorded for it.
func (p *pumpedIn) leave(n int) {
	if p.kind == transcript.Data {
		p.c.core.rec.Add(transcript.Event{
			Conn: p.c.n, Direction: p.way, Kind: transcript.Unread,
			Offset: p.stream.Taken(), Count: int64(n), Text: "the connection ended in front of these bytes",
		})
	}
}

// decides reports whether the plan still decides about what comes: no rule has ended the
// stream.
func (p *pumpedIn) decides() bool { return !p.endedByRule.Load() }

// flush queues what transforms keep back: nothing comes after it for the handler.
func (p *pumpedIn) flush() {
	if p.kind == transcript.Data {
		p.carryOutAll(p.stream.Flush())
	}
}

// goesOn looks at a read's error, and reports whether to read on nevertheless.
func (p *pumpedIn) goesOn(err error) bool {
	if isTimeout(err) { // or only woken
		return (!p.decides() || p.carryOutAll(p.stream.Tick(p.c.age()))) && !hasPassed(p.drains.until())
	}
	err = p.c.readError(err)
	switch {
	case !p.decides():
	case err != io.EOF:
		p.endWith(err)
	default:
		p.carryOutAll(p.stream.Finish(p.c.age()))
	}
	return false
}

// endWith lets the handler's reads end with err, after everything there is.
func (p *pumpedIn) endWith(err error) {
	if p.decides() {
		p.flush()
		p.queue.putEnd(decide.Step{Op: decide.OpFinish}, err)
	}
}
