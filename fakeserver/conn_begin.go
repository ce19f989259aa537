package fakeserver

import (
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// begin lets the plan that there is now decide about both directions, and starts their pumps.
// What ends the connection may do so only from here on.
func (c *Conn) begin() {
	prog := c.core.program()
	if c.in.prog != prog { // it has changed since the connection came
		c.noteReplan(transcript.ToClient, 0)
		c.noteReplan(transcript.FromClient, 0)
	}
	c.out.begin(prog)
	c.in.begin(prog)
	c.hasBegun()
}

// begin adopts the plan, carries out what is due before the first byte, and starts the pump. What
// ends the connection there does so before the handler can run. What stops the
// direction is recorded here, so that what both directions begin with has one order.
func (in *inbound) begin(prog decide.Program) {
	in.reader.lock()
	defer in.unlockReader()
	in.begun, in.prog = true, prog
	st := in.prog.Stream(in.c.n, transcript.FromClient)
	if st == nil {
		return
	}
	in.setStream(st)
	steps := in.stream.Tick(0)
	if len(steps) > 0 && steps[0].Op.Ends() {
		goesOn := in.carryOut(steps[0])
		steps = nil
		if !goesOn {
			close(in.pumped)
			return
		}
	}
	in.tellFirst(steps)
	in.c.core.wg.Add(1)
	go in.pump(steps, 0)
}

// setStream gives the direction its first rules, and what their pump needs.
func (in *inbound) setStream(st decide.Stream) {
	c := in.c
	c.mu.Lock()
	defer c.mu.Unlock()
	in.stream = st
	in.queue = &queue{limit: readAhead, deadline: c.readBy}
	in.pumped = make(chan struct{})
}

// begin adopts the plan, carries out what is due before the first byte, and starts the pump. What
// ends the connection there does so before the handler can run. What stops the
// direction is recorded here, so that what both directions begin with has one order.
func (out *outbound) begin(prog decide.Program) {
	out.writer.lock()
	defer out.unlockWriter()
	out.begun = true
	if out.settle(prog); out.queue == nil {
		return
	}
	if first, ends := out.start(); ends {
		out.carryOut(first)
		out.queue.end()
		close(out.pumped)
		return
	}
	reached := out.queue.reached(0, out.c.waits)
	for _, s := range reached {
		out.tell(s)
	}
	out.told = len(reached)
	out.c.core.wg.Add(1)
	go out.pump()
}

// settle makes a plan the direction's first.
func (out *outbound) settle(prog decide.Program) {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	out.prog = prog
	if st := out.prog.Stream(out.c.n, transcript.ToClient); st != nil {
		out.setStreamLocked(st)
	}
}

// setStreamLocked gives the direction its first rules, and what their pump needs. It needs
// writer and deciding.
func (out *outbound) setStreamLocked(st decide.Stream) {
	c := out.c
	c.mu.Lock()
	defer c.mu.Unlock()
	out.stream = st
	out.queue = &queue{limit: mostWaiting, deadline: c.writeBy}
	out.pumped = make(chan struct{})
}

// start queues what is due before the first byte. If that is an ending, it is
// returned instead.
func (out *outbound) start() (ending decide.Step, ends bool) {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	steps := out.stream.Tick(0)
	if len(steps) > 0 && steps[0].Op.Ends() {
		out.cause = &injected{steps[0].Rule, steps[0].Op}
		return steps[0], true
	}
	out.putLocked(steps)
	return ending, false
}
