package fakeserver

import (
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// outbound is what goes to the client. Without faults the handler writes the
// socket itself. With them its bytes are decided upon, queued, and carried out
// by a pump.
type outbound struct {
	c      *Conn
	lane   *record.Lane
	writer lock          // held by who writes
	queue  *queue        // nil: no faults; set under writer and c.mu
	pumped chan struct{} // closed when the pump has ended; set with queue
	begun  bool          // OnAccept rules have let the connection through; under writer
	told   int           // steps to come that are recorded already; under writer, or the pump's
	edge   *boundary     // what waits for the client to read; nil until needed
	cuts   []decide.Step // the boundaries that lie in front of the next byte; the pump's
	run    []item        // memory of the pump

	deciding sync.Mutex     // guards what follows, and that steps are queued in their order
	prog     decide.Program // the plan that is gone by
	stream   decide.Stream  // nil: no faults
	cause    error          // why nothing may be written any more, if a rule decided so

	mu       sync.Mutex // guards what follows
	finished time.Time  // when the FIN left
	shut     bool       // nothing may be written any more
}

func (out *outbound) init(c *Conn) {
	out.c = c
	out.lane = c.core.rec.Lane(c.n, transcript.ToClient)
	out.prog = c.core.program()
}

// tell records that the rule of s acts, unless that was done before.
func (out *outbound) tell(s decide.Step) {
	if out.told > 0 {
		out.told--
		return
	}
	out.c.acted(out.stream, transcript.ToClient, s, 0)
}

// write is the handler's Write. Recorded says that p is part of the record.
func (out *outbound) write(p []byte, recorded bool) (int, error) {
	out.writer.lock()
	defer out.unlockWriter()
	if err := out.c.check("write"); err != nil {
		return 0, err
	}
	if out.isShut() {
		return 0, out.c.opError("write", syscall.EPIPE)
	}
	out.adopt()
	if out.queue != nil {
		return out.enqueue(p)
	}
	return out.send(p, recorded, nil)
}

// A large write is recorded and sent, or queued, in parts of this size.
const writePart = 256 << 10

// send records p, and with its last byte the steps that are reached there, and writes p
// to the socket.
func (out *outbound) send(p []byte, recorded bool, reached []decide.Step) (sum int, err error) {
	for ; len(p) > writePart; p = p[writePart:] {
		n, err := out.sendPart(p[:writePart], recorded, nil)
		if sum += n; err != nil {
			return sum, err
		}
	}
	if len(p) == 0 {
		return sum, nil
	}
	n, err := out.sendPart(p, recorded, reached)
	return sum + n, err
}

// sendPart records p and the steps first, so that a client that has read an answer finds
// it in the record, and what it does then comes behind all that; what did not leave after
// all is taken back.
func (out *outbound) sendPart(p []byte, recorded bool, reached []decide.Step) (int, error) {
	if recorded {
		out.lane.Record(p)
	} else {
		out.lane.Append(transcript.Data, p)
	}
	var acting []decide.Step
	for _, s := range reached {
		if out.c.acted(out.stream, transcript.ToClient, s, 0) {
			acting = append(acting, s)
		}
	}
	n, err := out.writeRaw(p)
	if n < len(p) {
		out.lane.Unsend(int64(len(p)-n), errText(err))
		out.takeBack(acting)
		return n, out.c.writeError(err)
	}
	out.told = len(reached)
	return n, out.c.writeError(err)
}

// writeRaw writes p, which is recorded, to the socket. The server may close in between: that
// ends what waits, but what can leave at once leaves, so that what the record has had to say
// of it stays true.
func (out *outbound) writeRaw(p []byte) (int, error) {
	n, err := out.c.raw.Write(p)
	if n > 0 || !isTimeout(err) || !out.c.isHurried() {
		return n, err
	}
	if m, nowErr := socket.WriteNow(out.c.raw, p); m > 0 {
		return m, nowErr
	}
	return n, err
}

// takeBack says of steps that are recorded already that they did not act: what is before
// them did not leave.
func (out *outbound) takeBack(acting []decide.Step) {
	for _, s := range acting {
		out.stream.Undo(s)
		out.lane.Add(transcript.Event{Kind: transcript.Note, Rule: s.Rule, Text: "did not act: the bytes in front of it did not leave"})
	}
}

// enqueue decides about p and queues it. It needs writer.
func (out *outbound) enqueue(p []byte) (int, error) {
	sum := 0
	var stashed []byte // the beginning of the rest of p, in the record's memory
	for {
		if err := out.ruledOut(); err != nil || sum == len(p) {
			return sum, err
		}
		if err := out.waitRoom(); err != nil {
			return sum, err
		}
		if len(stashed) == 0 {
			stashed = out.lane.Stash(p[sum:min(len(p), sum+writePart)])
		}
		n, err := out.decide(stashed)
		stashed, sum = stashed[n:], sum+n
		if err != nil || sum == len(p) {
			return sum, err
		}
	}
}

// decide queues the first part of p, and returns how much that was. Its error says that a rule
// ends the direction there. What becomes of the queued bytes is for later calls to say: whether
// this one still hears of it must not hang on who is quicker.
func (out *outbound) decide(p []byte) (int, error) {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	before, ruled := out.stream.Taken(), out.cause != nil
	late := out.putLocked(out.stream.FeedSome(p, out.c.age()))
	n := int(out.stream.Taken() - before - late)
	if late > 0 {
		return n, out.c.opError("write", out.c.whyOr(syscall.EPIPE))
	}
	if !ruled && out.cause != nil {
		return n, out.c.opError("write", out.cause)
	}
	return n, nil
}

// ruledOut returns the error of a direction that a rule has ended.
func (out *outbound) ruledOut() error {
	out.deciding.Lock()
	defer out.deciding.Unlock()
	if out.cause == nil {
		return nil
	}
	return out.c.opError("write", out.cause)
}

// putLocked queues steps. It returns how many of the handler's bytes came too late
// for that, because nothing is sent any more. It needs deciding.
func (out *outbound) putLocked(steps []decide.Step) (late int64) {
	taken := out.queue.put(steps...)
	for _, s := range steps {
		if !taken {
			late += s.Taken
		}
		if s.Op.Ends() {
			out.cause = &injected{s.Rule, s.Op}
		}
	}
	return late
}

// waitRoom waits until the queue has room.
func (out *outbound) waitRoom() error {
	for {
		changed := out.queue.next()
		deadline, err := out.queue.expiry()
		if err != nil {
			return out.c.opError("write", err)
		}
		if err := out.c.check("write"); err != nil {
			return err
		}
		if out.queue.room() > 0 {
			return nil
		}
		if !out.c.sleep(changed, deadline) {
			return out.c.opError("write", net.ErrClosed)
		}
	}
}

// closeWrite sends a FIN, or queues it behind what waits. Only the first call does
// anything.
func (out *outbound) closeWrite() error {
	out.writer.lock()
	defer out.writer.unlock()
	out.mu.Lock()
	again := out.shut
	out.shut = true
	out.mu.Unlock()
	if again {
		return nil
	}
	if out.queue == nil {
		return out.sendFIN()
	}
	if out.c.isToReset() {
		return nil // an RST comes in place of the stream's end
	}
	out.deciding.Lock()
	defer out.deciding.Unlock()
	out.putLocked(out.stream.Finish(out.c.age()))
	return nil
}

// sendFIN half-closes the socket, unless it is gone, or the end is to be an RST.
func (out *outbound) sendFIN() error {
	if out.c.isToReset() {
		return nil
	}
	return out.sendRuledFIN()
}

// sendRuledFIN is sendFIN for a rule, which has acted: an RST comes after that.
func (out *outbound) sendRuledFIN() error {
	if out.c.isOver() || out.c.sawReset() || !out.finishedAt().IsZero() {
		return nil
	}
	out.lane.Add(transcript.Event{Kind: transcript.FIN})
	out.mu.Lock()
	out.finished = time.Now()
	out.mu.Unlock()
	out.c.in.wakeDrain()
	err := socket.CloseWrite(out.c.raw)
	if err != nil && !out.c.isOver() {
		out.lane.Unsend(0, err.Error())
		return out.c.writeError(err)
	}
	return nil
}

// finish waits for the pump, and sees to it that a FIN has left.
func (out *outbound) finish() {
	if out.pumped != nil {
		<-out.pumped
	}
	out.sendFIN()
}

func (out *outbound) finishedAt() time.Time {
	out.mu.Lock()
	defer out.mu.Unlock()
	return out.finished
}

func (out *outbound) isShut() bool {
	out.mu.Lock()
	defer out.mu.Unlock()
	return out.shut
}
