package fakeserver

import (
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pumpedOut is how outbound goes where rules decide: the handler's bytes are decided about and
// queued, and its pump carries that out. The handler's side is in conn_out_write.go.
type pumpedOut struct {
	pump
	out *outbound

	// The pump's.
	edge boundary      // what waits for the client to read
	cuts []decide.Step // the boundaries that lie in front of the next byte
	run  []item        // its memory

	deciding sync.Mutex     // guards what follows, stream, and that steps are queued in their order
	prog     decide.Program // the plan that is gone by
	cause    error          // why nothing may be written any more, if a rule decided so
}

func newPumpedOut(out *outbound, st decide.Stream, prog decide.Program) *pumpedOut {
	return &pumpedOut{pump: newPump(out.half, st, maxWaiting), out: out, edge: boundary{c: out.c}, prog: prog}
}

// begin carries out what is due before the first byte, and starts the pump. What ends the
// connection there does so before the handler can run. What stops the direction is recorded
// here, so that what both directions begin with has one order. It needs calls.
func (p *pumpedOut) begin() {
	if first, ends := p.queueFirst(); ends {
		p.carryOut(first, false)
		p.queue.end()
		close(p.done)
		return
	}
	for _, s := range p.queue.reach(0, p.c.waits) {
		p.acted(s, 0)
	}
	p.start()
}

// queueFirst queues what is due before the first byte. If that is an ending, it is
// returned instead.
func (p *pumpedOut) queueFirst() (ending decide.Step, ends bool) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	steps := p.stream.Tick(0)
	if len(steps) > 0 && steps[0].Op.Ends() {
		p.cause = &injected{steps[0].Rule, steps[0].Op}
		return steps[0], true
	}
	p.putLocked(steps)
	return ending, false
}

// start starts the pump.
func (p *pumpedOut) start() {
	p.c.core.wg.Add(1)
	go p.carryOutAll()
}

// carryOutAll is the pump: it carries out what the plan decided, when it is due.
func (p *pumpedOut) carryOutAll() {
	defer p.c.core.wg.Done()
	defer close(p.done)
	defer p.edge.close()
	p.replan() // the plan may have changed before anything saw that there is a pump
	for {
		changed := p.queue.next()
		alarm := p.tick()
		run, due := p.queue.due(p.run[:0])
		if len(run) == 0 {
			if !p.c.sleep(changed, due, alarm) {
				break
			}
			continue
		}
		goesOn := p.carryOutRun(run)
		p.queue.pop(len(run))
		clear(run)
		p.run = run
		if !goesOn {
			break
		}
	}
	p.lost(p.endQueue())
	p.queue.runRest()
}

// tick queues what rules want that go by the clock, and returns when to look again.
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

// lost records that n bytes of the handler never left.
func (p *pumpedOut) lost(n int64) {
	if n > 0 {
		p.lane.Add(transcript.Event{Kind: transcript.Unsent, Count: n, Text: "the connection ended before they were due"})
	}
}

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
	return p.send(first.Data[:size], p.queue.reach(len(run), p.c.waits))
}

// send sends b, and records with its last byte the steps that are reached there: what the
// client does when it has read that comes after them. It reports whether all of it has left.
func (p *pumpedOut) send(b []byte, reached []decide.Step) bool {
	if len(reached) == 0 {
		_, err := p.out.send(b, true, nil)
		return p.c.writeError(err) == nil
	}
	var acting []decide.Step
	n, err := p.out.send(b, true, func() {
		for _, s := range reached {
			if p.acted(s, 0) {
				acting = append(acting, s)
			}
		}
	})
	if n < len(b) {
		p.takeBack(acting)
	}
	return p.c.writeError(err) == nil
}

// takeBack says of steps that are recorded already that they did not act: what is before
// them did not leave.
func (p *pumpedOut) takeBack(acting []decide.Step) {
	for _, s := range acting {
		p.stream.Undo(s)
		p.lane.Add(transcript.Event{Kind: transcript.Note, Rule: s.Rule, Text: "did not act: the bytes in front of it did not leave"})
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
	case decide.OpMark, decide.OpStall, decide.OpHold:
		if !recorded {
			p.acted(s, 0)
		}
		return !stops(s) || p.stop(s)
	}
	p.endAs(s)
	return false
}

// endAs ends the connection, or this direction, as s says.
func (p *pumpedOut) endAs(s decide.Step) {
	c, why := p.c, &injected{s.Rule, s.Op}
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
	case decide.OpReset:
		left := c.awaitDelivery()
		p.edge.awaitConnected()
		if s.Rule != "" {
			c.end(atOnce, why)
			p.acted(s, left)
		}
		c.resetFrom(s.Rule, nil)
	}
}

// passCuts waits at a boundary until the client has read what is in front of it, and
// then for the pauses.
func (p *pumpedOut) passCuts() bool {
	if len(p.cuts) == 0 {
		return true
	}
	text, pause := p.edge.confirm(), time.Duration(0)
	for _, s := range p.cuts {
		s.Text = text
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
		if isClosedChan(open) || hasPassed(until) || !p.goesBy(s) {
			return true
		}
		if !p.c.sleepFor(changed, open, until) {
			return false
		}
	}
}

// goesBy reports whether the direction still goes by the rule of s.
func (p *pumpedOut) goesBy(s decide.Step) bool {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	return p.stream.Has(s)
}
