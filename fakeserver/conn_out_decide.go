package fakeserver

import (
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// How the plan decides about outbound, in whatever goroutine has bytes for it or finds that
// there is another plan: all of this locks deciding.

// queueFirst queues what is due before the first byte. If that is an ending, it is
// returned instead.
func (p *pumpedOut) queueFirst() (ending decide.Step, ends bool) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	steps := p.stream.Tick(0)
	if len(steps) > 0 && steps[0].Op.Ends() {
		p.cause = newInjected(steps[0])
		return steps[0], true
	}
	p.putLocked(steps)
	return ending, false
}

// decide queues the first part of b, and returns how much that was. The handler's Write goes on
// for left bytes from there. Its error says that a rule ends the direction there. What becomes of
// the queued bytes is for later calls to say: whether this one still hears of it must not depend on
// which goroutine is faster.
func (p *pumpedOut) decide(b []byte, left int) (int, error) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	before, ended := p.stream.Taken(), p.cause != nil
	if p.stream.Told() { // before any of b
		p.putLocked(p.stream.Tick(p.c.age()))
	}
	p.stream.WriteEnds(before + int64(left))
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

// tick queues what rules want whose time has come, and returns when to look again.
func (p *pumpedOut) tick() (again time.Time) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	at := p.alarm()
	if !hasPassed(at) {
		return at
	}
	p.putLocked(p.stream.Tick(p.c.age()))
	return again
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

// hear wakes the pump, which ticks.
func (p *pumpedOut) hear() { p.queue.wake() }

// hasRule reports whether the plan still has the rule of s.
func (p *pumpedOut) hasRule(s decide.Step) bool {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	return p.stream.Has(s)
}

// refusal returns the error of a Write that comes when nothing may be written any more, or nil.
func (p *pumpedOut) refusal() error {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	if p.cause == nil {
		return nil
	}
	return p.c.opError("write", p.cause)
}

// endQueue says that nothing leaves any more, and returns how many bytes that is
// about: those that wait, and those that transforms keep back.
func (p *pumpedOut) endQueue() int64 {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	n := p.queue.end()
	for _, s := range p.stream.Finish(p.c.age()) {
		n += int64(len(s.Data))
	}
	if p.cause == nil {
		p.cause = p.c.whyOr(syscall.EPIPE)
	}
	return n
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
			p.cause = newInjected(s)
		}
	}
	return late
}
