package fakeserver

import (
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pump carries out what the plan decided, when it is due.
func (out *outbound) pump() {
	defer out.c.core.wg.Done()
	defer close(out.pumped)
	defer out.closeEdge()
	out.adoptPumped() // the plan may have changed before anybody saw that there is a pump
	for {
		changed := out.queue.next()
		alarm := out.tick()
		run, due := out.queue.due(out.run[:0])
		if len(run) == 0 {
			if !out.c.sleep(changed, due, alarm) {
				break
			}
			continue
		}
		goesOn := out.carryOutRun(run)
		out.queue.take(len(run))
		clear(run)
		out.run = run
		if !goesOn {
			break
		}
	}
	out.lost(out.endQueue())
	out.queue.runRest()
}

// noteAfter records an error when what the handler wrote before has left, or is known not to:
// the order of the two does not hang on who is quicker.
func (out *outbound) noteAfter(text string) {
	note := func() { out.c.note(transcript.Error, text) }
	if !out.hasPump() || !out.queue.putCall(note) {
		note()
	}
}

// endQueue says that nothing leaves any more, and returns how many bytes that is
// about: those that wait, and those that transforms keep back.
func (out *outbound) endQueue() int64 {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	n := out.queue.end()
	for _, s := range out.stream.Finish(out.c.age()) {
		n += int64(len(s.Data))
	}
	if out.cause == nil {
		out.cause = out.c.whyOr(syscall.EPIPE)
	}
	return n
}

// tick queues what rules want that go by the clock, and returns when to look again.
func (out *outbound) tick() (again time.Time) {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	at, ok := out.stream.Alarm()
	if !ok {
		return again
	}
	if alarm := out.c.began.Add(at); time.Now().Before(alarm) {
		return alarm
	}
	out.putLocked(out.stream.Tick(out.c.age()))
	return again
}

// lost records that n bytes of the handler never left.
func (out *outbound) lost(n int64) {
	if n > 0 {
		out.lane.Add(transcript.Event{Kind: transcript.Unsent, Count: n, Text: "the connection ended before they were due"})
	}
}

func (out *outbound) closeEdge() { out.edge.close() }

// carryOut does one step. It reports whether anything can follow.
func (out *outbound) carryOut(s decide.Step) bool {
	c := out.c
	switch s.Op {
	case decide.OpPass, decide.OpDrop: // of no bytes
		out.stream.Done(s)
	case decide.OpMark:
		out.tell(s)
	case decide.OpCut:
		out.cuts = append(out.cuts, s)
	case decide.OpStall:
		out.tell(s)
		return out.stop(s, nil)
	case decide.OpHold:
		out.tell(s)
		g := c.core.gates.at(s.Gate)
		g.enter()
		return out.stop(s, g.open)
	default:
		out.end(s)
		return false
	}
	return true
}

// awaitConnected waits, before an RST, until the client has connected.
func (out *outbound) awaitConnected() {
	if out.edge == nil {
		out.edge = &boundary{c: out.c}
	}
	out.edge.awaitConnected()
}

// carryOutRun does a step, or passes on bytes that lie in a row. It reports whether
// anything can follow.
func (out *outbound) carryOutRun(run []item) bool {
	if run[0].call != nil {
		run[0].call()
		return true
	}
	if len(run[0].Data) == 0 || run[0].Op != decide.OpPass {
		return out.carryOut(run[0].Step)
	}
	size := 0
	for _, it := range run {
		size += len(it.Data)
	}
	if !out.passCut() {
		out.lost(int64(size))
		return false
	}
	for _, it := range run {
		out.stream.Done(it.Step) // first, as with the record: a client that has the bytes may ask
	}
	_, err := out.send(run[0].Data[:size], true, out.queue.reached(len(run), out.c.waits))
	return err == nil
}

// end ends the connection, or this direction.
func (out *outbound) end(s decide.Step) {
	c := out.c
	switch s.Op {
	case decide.OpFinish:
		out.sendFIN()
	case decide.OpHalfClose:
		if c.acted(out.stream, transcript.ToClient, s, 0) {
			out.sendRuledFIN()
		}
	case decide.OpClose:
		if c.acted(out.stream, transcript.ToClient, s, 0) {
			out.sendRuledFIN()
			c.end(inOrder, &injected{s.Rule, s.Op})
		}
	case decide.OpReset:
		left := c.awaitDelivery()
		out.awaitConnected()
		if s.Rule != "" {
			c.end(atOnce, &injected{s.Rule, s.Op})
			c.acted(out.stream, transcript.ToClient, s, left)
		}
		c.resetFrom(s.Rule, nil)
	}
}

// passCut waits at a boundary until the client has read what is in front of it, and
// then for the pauses.
func (out *outbound) passCut() bool {
	if len(out.cuts) == 0 {
		return true
	}
	if out.edge == nil {
		out.edge = &boundary{c: out.c}
	}
	text, pause := out.edge.confirm(), time.Duration(0)
	for _, s := range out.cuts {
		s.Text = text
		out.c.acted(out.stream, transcript.ToClient, s, 0)
		pause += s.Delay
	}
	out.cuts = out.cuts[:0]
	if text != confirmed && pause == 0 {
		pause = unconfirmedPause
	}
	return pause == 0 || out.wait(pause)
}

// stop stops sending for the delay of s, or if that is zero until open is closed, the rule
// is taken out of the plan, or the connection ends. It reports whether the connection
// goes on.
func (out *outbound) stop(s decide.Step, open <-chan struct{}) bool {
	var until time.Time
	if s.Delay > 0 {
		until = time.Now().Add(s.Delay)
	}
	for {
		changed := out.c.core.planChanged()
		out.adoptPumped()
		if isClosedChan(open) || hasPassed(until) || !out.hasRule(s) {
			return true
		}
		if !out.c.sleepFor(changed, open, until) {
			return false
		}
	}
}

// wait sleeps for d. It reports whether the connection goes on.
func (out *outbound) wait(d time.Duration) bool {
	return out.c.sleep(nil, time.Now().Add(d))
}
