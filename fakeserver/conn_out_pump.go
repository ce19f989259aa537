package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

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
	for _, s := range p.queue.reach(0, p.waits) {
		p.act(s, 0)
	}
	p.start()
}

// start starts the pump.
func (p *pumpedOut) start() {
	p.c.core.wg.Add(1)
	go p.run()
}

// run is the pump: it carries out what the plan decided, when it is due.
func (p *pumpedOut) run() {
	defer p.c.core.wg.Done()
	defer close(p.done)
	defer p.edge.close()
	p.replan() // the plan may have changed before anything saw that there is a pump
	for {
		changed := p.queue.next()
		alarm := p.tick()
		run, due := p.queue.due(p.due[:0])
		if len(run) == 0 {
			if !p.c.sleep(changed, due, alarm) {
				break
			}
			continue
		}
		goesOn := p.carryOutRun(run)
		p.queue.pop(len(run))
		clear(run)
		p.due = run
		if !goesOn {
			break
		}
	}
	p.lost(p.endQueue())
	p.queue.runRest()
}

func (p *pumpedOut) after(note func()) {
	if !p.queue.putCall(note) {
		note()
	}
}

func (p *pumpedOut) ended() <-chan struct{} { return p.done }

func (p *pumpedOut) awaitRule() {
	if p.refusal() != nil {
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
		sent, left := p.lane.Offset(), c.undelivered()
		until := since.Add(noProgress)
		if isClosedChan(p.done) || hasPassed(until) || !c.sleepForAny(until, changed, read, p.done) {
			return
		}
		if p.lane.Offset() != sent || c.undelivered() < left || isClosedChan(read) {
			since = time.Now()
		}
	}
}
