package fakeserver

import (
	"slices"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

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

// recordFirst records the marks and stops that steps begin with, up to the first that waits. It
// returns what is left to do, and whether that begins with the one that waits.
func (p *pumpedIn) recordFirst(steps []decide.Step) (left []decide.Step, stopped bool) {
	for i, s := range steps {
		if s.Op != decide.OpMark && s.Op != decide.OpDown && s.Op != decide.OpIgnoreDials && !stops(s) {
			return steps[i:], false
		}
		if p.act(s, 0) && stops(s) {
			return steps[i:], true
		}
	}
	return nil, false
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
		if !p.drains.arm(p.alarm()) || p.stale() || p.stream.Told() {
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
// reports false when the server closes, a rule whose time has come ends the
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
	return !p.c.mustNotWait()
}

// replan wakes the pump, which goes over to the server's plan.
func (p *pumpedIn) replan() {
	p.queue.wake()
	p.c.setRawReadDeadline(past)
}

// hear wakes the pump, which ticks.
func (p *pumpedIn) hear() { p.replan() }

// adopt goes over to the server's plan, and hears what the other direction has told, while n bytes
// in the lane's buffer are not recorded yet. It reports whether the connection goes on.
func (p *pumpedIn) adopt(n int) bool {
	if p.stale() && !p.carryOutBeside(n, p.adoptSteps()) {
		return false
	}
	return !p.stream.Told() || p.carryOutBeside(n, p.stream.Tick(p.c.age()))
}

func (p *pumpedIn) drain() {
	p.in.discard.Store(true)
	p.queue.wake()
	p.c.setRawReadDeadline(past) // wakes the pump
	<-p.done
	p.flush()
}
