package fakeserver

import (
	"net"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// How the handler hands its bytes to outbound's pump.

// write decides about b and queues it.
func (p *pumpedOut) write(b []byte, _ bool) (int, error) {
	sum := 0
	var stashed []byte // the beginning of the rest of b, in the record's memory
	for {
		if err := p.endedByRule(); err != nil || sum == len(b) {
			return sum, err
		}
		if err := p.waitRoom(); err != nil {
			return sum, err
		}
		if len(stashed) == 0 {
			stashed = p.lane.Stash(b[sum:min(len(b), sum+writePart)])
		}
		n, err := p.decide(stashed)
		stashed, sum = stashed[n:], sum+n
		if err != nil || sum == len(b) {
			return sum, err
		}
	}
}

// endedByRule returns the error of a direction that a rule has ended.
func (p *pumpedOut) endedByRule() error {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	if p.cause == nil {
		return nil
	}
	return p.c.opError("write", p.cause)
}

// waitRoom waits until the queue has room.
func (p *pumpedOut) waitRoom() error {
	for {
		changed := p.queue.next()
		deadline, err := p.queue.expiry()
		if err != nil {
			return p.c.opError("write", err)
		}
		if err := p.c.check("write"); err != nil {
			return err
		}
		if p.queue.room() > 0 {
			return nil
		}
		if !p.c.sleep(changed, deadline) {
			return p.c.opError("write", net.ErrClosed)
		}
	}
}

// decide queues the first part of b, and returns how much that was. Its error says that a rule
// ends the direction there. What becomes of the queued bytes is for later calls to say: whether
// this one still hears of it must not depend on which goroutine is faster.
func (p *pumpedOut) decide(b []byte) (int, error) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	before, ended := p.stream.Taken(), p.cause != nil
	late := p.putLocked(p.stream.FeedSome(b, p.c.age()))
	n := int(p.stream.Taken() - before - late)
	if late > 0 {
		return n, p.c.opError("write", p.c.whyOr(syscall.EPIPE))
	}
	if !ended && p.cause != nil {
		return n, p.c.opError("write", p.cause)
	}
	return n, nil
}

// put queues steps.
func (p *pumpedOut) put(steps []decide.Step) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	p.putLocked(steps)
}

// putLocked queues steps. It returns how many of the handler's bytes came too late
// for that, because nothing is sent any more. It needs deciding.
func (p *pumpedOut) putLocked(steps []decide.Step) (late int64) {
	taken := p.queue.put(steps...)
	for _, s := range steps {
		if !taken {
			late += s.Taken
		}
		if s.Op.Ends() {
			p.cause = &injected{s.Rule, s.Op}
		}
	}
	return late
}

// closeWrite queues the end of the stream, unless an RST comes in place of that.
func (p *pumpedOut) closeWrite() error {
	if p.c.isToReset() {
		return nil
	}
	p.deciding.Lock()
	defer p.deciding.Unlock()
	p.putLocked(p.stream.Finish(p.c.age()))
	return nil
}

// replan goes over to the server's plan, in whatever goroutine finds that there is another.
func (p *pumpedOut) replan() {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	if p.prog == p.c.core.program() {
		return
	}
	p.prog = p.c.core.program()
	p.noteReplan(p.stream.Taken())
	p.putLocked(p.stream.Adopt(p.prog, p.c.age()))
	p.queue.wake()
}

func (p *pumpedOut) after(note func()) {
	if !p.queue.putCall(note) {
		note()
	}
}

func (p *pumpedOut) ended() <-chan struct{} { return p.done }

func (p *pumpedOut) awaitRule() {
	if p.endedByRule() != nil {
		p.awaitDone()
	}
}

// awaitSent lets the pump reset the connection after everything else; unless it had ended
// before, or is stopped.
func (p *pumpedOut) awaitSent() {
	p.queue.put(decide.Step{Op: decide.OpReset})
	p.awaitDone()
}

// awaitDone waits for the pump to end, for as long as something leaves, or the client reads,
// within noProgress.
func (p *pumpedOut) awaitDone() {
	c := p.c
	for since := time.Now(); ; {
		changed, read := p.queue.next(), socket.PeerRead(c.raw) // first, or what happens meanwhile counts late
		sent, left := p.lane.Offset(), c.unacked()
		until := since.Add(noProgress)
		if isClosedChan(p.done) || hasPassed(until) || !c.sleepForAny(until, changed, read, p.done) {
			return
		}
		if p.lane.Offset() != sent || c.unacked() < left || isClosedChan(read) {
			since = time.Now()
		}
	}
}
