package fakeserver

import (
	"bytes"
	"io"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// readAll reads until the client's end of stream, an error, or a rule that tears
// the connection down. While it discards, it also ends when nothing comes any
// more. When the server closes, it takes what is there and ends.
func (in *inbound) readAll() {
	for in.waitRoom() {
		if in.stream != nil && !in.adopt() {
			return
		}
		if !in.setRawDeadline() {
			continue
		}
		n, age, err := in.readNext()
		if n > 0 && in.stream != nil && !in.adoptBeside(n) {
			in.throwAway(n)
			return
		}
		if n > 0 && !in.took(n, age) || err != nil && !in.goesOn(err) {
			return
		}
	}
	in.queue.expect(false)
	in.readRest()
	if in.queue != nil && in.c.sawReset() {
		in.endWith(in.c.opError("read", syscall.ECONNRESET)) // a write heard of it first
	}
}

// waitRoom waits until the queue has room, or what comes is discarded. It
// reports false when the server closes, a rule that goes by the clock ends the
// connection meanwhile, or it is gone.
func (in *inbound) waitRoom() bool {
	for in.queue != nil && !in.discard.Load() {
		changed := in.queue.next()
		if in.queue.room() > 0 || in.stale() {
			break
		}
		if !in.c.sleep(changed, in.alarm()) {
			return false
		}
		if in.isRuled() && !in.carryOutAll(in.stream.Tick(in.c.age())) {
			return false
		}
	}
	return !in.c.nobodyWaits()
}

// alarm returns when a rule wants to be looked at that goes by the clock; zero: none.
func (in *inbound) alarm() time.Time {
	if in.isRuled() {
		if at, ok := in.stream.Alarm(); ok {
			return in.c.began.Add(at)
		}
	}
	return time.Time{}
}

// endWith lets the handler's reads end with err, behind everything there is.
func (in *inbound) endWith(err error) {
	if in.ruled.Load() {
		return
	}
	in.release()
	in.queue.putEnd(decide.Step{Op: decide.OpFinish}, err)
}

// took records n bytes that were read and carries out what the plan decides
// about them at that age. It reports whether to read on.
func (in *inbound) took(n int, age time.Duration) bool {
	in.since = time.Now()
	if in.discard.Load() {
		in.release()
		if in.c.burial.begun() {
			in.drainedBytes += int64(n)
		}
		in.kind = transcript.Discarded
	} else {
		in.kind = transcript.Data
	}
	if !in.isRuled() {
		in.lane.Commit(in.kind, n)
		return true
	}
	if age == unknownAge {
		age = in.c.age()
	}
	return in.feed(n, age)
}

// feed records n bytes in the lane's buffer, and carries out what the plan decides about
// them at that age. A plan that came while they were read, or a time, may let a rule act within
// them: they are taken up to there, and if that ends the stream, what is left is discarded.
func (in *inbound) feed(n int, age time.Duration) bool {
	buf := in.lane.Buffer(n)[:n]
	taken := in.stream.Reach(buf, age)
	if taken == n {
		return in.decide(in.lane.Commit(in.kind, n), age)
	}
	rest := bytes.Clone(buf[taken:]) // the lane may use their memory again
	var p []byte
	if taken > 0 {
		p = in.c.core.stable(in.lane.Commit(in.kind, taken))
	}
	steps := in.stream.Feed(p, age)
	if in.stream.Room() == 0 {
		in.lane.Append(transcript.Discarded, rest)
		return in.carryOutAll(steps)
	}
	if !in.carryOutBeside(len(rest), steps) {
		in.lane.Append(transcript.Discarded, rest)
		return false
	}
	return in.took(copy(in.lane.Buffer(len(rest)), rest), unknownAge)
}

// decide carries out what the plan decides about p, which is recorded: some thousands of steps
// at a time. It reports whether to read on. What ends the connection meanwhile, a change of the
// plan in a stop, leaves the handler without the rest.
func (in *inbound) decide(p []byte, now time.Duration) bool {
	for {
		before := in.stream.Taken()
		goesOn := in.carryOutAll(in.stream.FeedSome(p, now))
		n := in.stream.Taken() - before
		if p = p[n:]; len(p) == 0 {
			return goesOn
		}
		if !goesOn || n == 0 {
			in.leave(len(p))
			return goesOn
		}
	}
}

// leave records that the handler does not get the last n bytes, which were recorded for it.
func (in *inbound) leave(n int) {
	if in.kind == transcript.Data {
		in.c.core.rec.Add(transcript.Event{
			Conn: in.c.n, Direction: transcript.FromClient, Kind: transcript.Unread,
			Offset: in.stream.Taken(), Count: int64(n), Text: "the connection ended in front of these bytes",
		})
	}
}

// release queues what transforms keep back: nothing comes behind it for the handler.
func (in *inbound) release() {
	if in.stream != nil && in.kind == transcript.Data {
		in.carryOutAll(in.stream.Flush())
	}
}

// isRuled reports whether the plan still decides about what comes.
func (in *inbound) isRuled() bool { return in.stream != nil && !in.ruled.Load() }

// setRawDeadline lets the next read of the socket return in time for a rule that
// goes by the clock, and for the end of the drain. It reports false if something has
// changed since that somebody may have wanted to wake that read for.
func (in *inbound) setRawDeadline() bool {
	discards, drained := in.discard.Load(), in.drained()
	if in.queue == nil && !discards {
		return true
	}
	in.c.setRawReadDeadline(earliest([]time.Time{in.alarm(), drained}))
	return in.discard.Load() == discards && in.drained().Equal(drained) && (in.stream == nil || !in.stale())
}

// goesOn looks at a read's error, and reports whether to read on nevertheless.
func (in *inbound) goesOn(err error) bool {
	if isTimeout(err) { // or only woken
		return (!in.isRuled() || in.carryOutAll(in.stream.Tick(in.c.age()))) && !hasPassed(in.drained())
	}
	err = in.c.readError(err)
	if in.queue == nil || in.ruled.Load() {
		return false
	}
	if err != io.EOF {
		in.endWith(err)
		return false
	}
	in.carryOutAll(in.stream.Finish(in.c.age()))
	return false
}

// drained returns when there is no reason to wait for more to discard: our FIN has
// left, and then nothing came for long enough, or too much. It is zero, which is never,
// before the FIN leaves, which wakes the read, unless too much has come by then.
func (in *inbound) drained() time.Time {
	if in.drainedBytes > drainBytes {
		return past
	}
	left := in.c.out.finishedAt()
	if !in.discard.Load() || left.IsZero() {
		return time.Time{}
	}
	quiet := left
	if in.since.After(quiet) {
		quiet = in.since
	}
	return earlier(quiet.Add(drainIdle), left.Add(drainTotal))
}

// wakeDrain lets a read that discards look at the time again: our FIN leaves.
func (in *inbound) wakeDrain() {
	if in.discard.Load() {
		in.c.setRawReadDeadline(past)
	}
}

// drain discards what still comes, until there is an end to it.
func (in *inbound) drain() {
	in.discard.Store(true)
	if in.drainUnruled() {
		return
	}
	in.queue.wake()
	in.c.setRawReadDeadline(past) // wakes the pump
	<-in.pumped
	in.release()
}

// drainUnruled discards what comes where there are no faults. It reports false if
// there are.
func (in *inbound) drainUnruled() bool {
	in.reader.lock()
	defer in.reader.unlock()
	if in.queue != nil {
		return false
	}
	in.readAll()
	return true
}

// readRest takes what has arrived, without waiting for more.
func (in *inbound) readRest() {
	c := in.c
	if !c.clearRawReadDeadline() {
		return
	}
	sum := 0
	for stop := time.Now().Add(closeGrace / 4); sum < mostWaiting && time.Now().Before(stop); {
		n, err := in.takeNow(in.lane.Buffer(minRead))
		in.throwAway(n)
		sum += n
		if err != nil {
			if !isTimeout(err) {
				c.readError(err)
			}
			return
		}
	}
}
