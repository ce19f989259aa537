package fakeserver

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A direction goes over to a new plan in the goroutine that decides about it: the
// pump, or where there was no rule so far, whoever reads or writes next. It then
// gets a pump if the new plan has a rule for it.

// replan lets the inbound direction go over to the server's plan. It does not wait.
func (in *inbound) replan() {
	if in.hasPump() {
		in.queue.wake()
		in.c.setRawReadDeadline(past) // wakes the pump
		return
	}
	if in.reader.tryLock() {
		if in.begun {
			in.adopt()
		}
		in.unlockReader()
		return
	}
	in.c.wakeReader() // who will do it
}

// unlockReader unlocks reader. Where the plan was changed while it was held, too late
// for its holder to see that, the direction goes over to it now, and not with the next
// read.
func (in *inbound) unlockReader() {
	plain, prog := in.begun && in.queue == nil, decide.Program(nil)
	if plain { // else it is the pump's, which SetFaults wakes
		prog = in.prog
	}
	in.reader.unlock()
	if plain && prog != in.c.core.program() {
		in.replan()
	}
}

// stale reports whether the server has another plan than this direction.
func (in *inbound) stale() bool { return in.prog != in.c.core.program() }

// adopt goes over to the server's plan. It needs reader, or to be the pump. It
// reports whether the connection goes on.
func (in *inbound) adopt() bool { return in.adoptBeside(0) }

// adoptBeside is adopt while n bytes in the lane's buffer are not recorded yet.
func (in *inbound) adoptBeside(n int) bool {
	if in.stream == nil {
		in.adoptFor(0)
		return true
	}
	if !in.stale() {
		return true
	}
	in.prog = in.c.core.program()
	in.c.noteReplan(transcript.FromClient, in.stream.Taken())
	return in.carryOutBeside(n, in.stream.Adopt(in.prog, in.c.age()))
}

// adoptFor goes over to the server's plan where there was no rule so far. The next n
// bytes are in the lane's buffer already: the new plan decides about them too. It
// reports whether it took them, because it has rules. It needs reader.
func (in *inbound) adoptFor(n int) bool {
	if !in.stale() {
		return false
	}
	in.c.restoreReadDeadline() // first: a change that this does not see yet wakes the read after it
	in.prog = in.c.core.program()
	in.c.noteReplan(transcript.FromClient, in.lane.Offset())
	st := in.prog.StreamAt(in.c.n, transcript.FromClient, in.lane.Offset())
	if st == nil || in.c.isDoomed() {
		return false
	}
	in.arm(st, n)
	return true
}

// arm gives the direction its first rules, and a pump, which takes n bytes first: after
// what is due in front of them.
func (in *inbound) arm(st decide.Stream, n int) {
	c := in.c
	in.setStream(st)
	c.setRawReadDeadline(time.Time{})
	c.core.wg.Add(1)
	go in.pump(st.Tick(c.age()), n)
}

func (in *inbound) hasPump() bool {
	in.c.mu.Lock()
	defer in.c.mu.Unlock()
	return in.queue != nil
}

// replan lets the outbound direction go over to the server's plan. It does not wait.
func (out *outbound) replan() {
	if out.hasPump() {
		out.adoptPumped()
		return
	}
	if out.writer.tryLock() {
		if out.begun {
			out.adopt()
		}
		out.unlockWriter()
	} // else whoever has it does, as it unlocks it
}

// unlockWriter unlocks writer. Where the plan was changed while it was held, the
// direction goes over to it now, and not with the next write.
func (out *outbound) unlockWriter() {
	plain, prog := out.begun && out.queue == nil, decide.Program(nil)
	if plain { // else SetFaults itself sees to it
		prog = out.prog
	}
	out.writer.unlock()
	if plain && prog != out.c.core.program() {
		out.replan()
	}
}

// adoptPumped goes over to the server's plan, where there is a pump.
func (out *outbound) adoptPumped() {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	if out.stream == nil || out.prog == out.c.core.program() {
		return
	}
	out.prog = out.c.core.program()
	out.c.noteReplan(transcript.ToClient, out.stream.Taken())
	out.putLocked(out.stream.Adopt(out.prog, out.c.age()))
	out.queue.wake()
}

// adopt goes over to the server's plan, where there was no rule so far. It needs
// writer.
func (out *outbound) adopt() {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	if out.queue != nil || out.prog == out.c.core.program() {
		return
	}
	out.prog = out.c.core.program()
	out.c.noteReplan(transcript.ToClient, out.lane.Offset())
	st := out.prog.StreamAt(out.c.n, transcript.ToClient, out.lane.Offset())
	if st == nil || out.c.isDoomed() || out.isShut() {
		return
	}
	c := out.c
	out.setStreamLocked(st)
	c.setRawWriteDeadline(time.Time{})
	out.putLocked(st.Tick(c.age()))
	c.core.wg.Add(1)
	go out.pump()
}

func (out *outbound) hasPump() bool {
	out.c.mu.Lock()
	defer out.c.mu.Unlock()
	return out.queue != nil
}

// ended returns a channel that is closed when the pump has ended; nil: there is none.
func (out *outbound) ended() <-chan struct{} {
	out.c.mu.Lock()
	defer out.c.mu.Unlock()
	return out.pumped
}

// hasRule reports whether the direction still goes by the rule of s.
func (out *outbound) hasRule(s decide.Step) bool {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	return out.stream.Has(s)
}

// noteReplan records where the change came.
func (c *Conn) noteReplan(d transcript.Direction, offset int64) {
	c.core.rec.Add(transcript.Event{
		Conn: c.n, Direction: d, Kind: transcript.Note, Offset: offset,
		Text: fmt.Sprintf("other faults from byte %d on", offset),
	})
}

// wakeReader makes a Read that is blocked in the socket look again.
func (c *Conn) wakeReader() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.woken = true
		c.raw.SetReadDeadline(past)
	}
}

// onlyWoken reports whether a read of the socket ended because of wakeReader, and
// gives the socket the handler's deadline again.
func (c *Conn) onlyWoken(err error) bool {
	if !isTimeout(err) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil || !c.readBy.IsZero() && !time.Now().Before(c.readBy) {
		return false
	}
	c.woken = false
	c.raw.SetReadDeadline(c.readBy)
	return true
}

// restoreReadDeadline gives the socket the handler's deadline again.
func (c *Conn) restoreReadDeadline() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.woken = false
		c.raw.SetReadDeadline(c.readBy)
	}
}
