package fakeserver

import (
	"bytes"
	"io"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How inbound's pump records what it has read, and lets the plan decide about it.

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
