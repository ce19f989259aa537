package fakeserver

import (
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// writePart is the size of the parts in which a large write is recorded and sent, or queued.
const writePart = 256 << 10

// outbound is what goes to the client.
type outbound struct {
	direction[outMode]
	direct directOut // its mode until there are rules

	mu       sync.Mutex // guards what follows
	finished time.Time  // when the FIN left
	shut     bool       // nothing may be written any more
}

// An outMode is a mode of outbound.
type outMode interface {
	mode

	// write is the handler's Write. Recorded says that p is part of the record. It returns
	// errPumped if this isn't the mode any more. It needs calls.
	write(p []byte, recorded bool) (int, error)
	// closeWrite sends a FIN after what was written. It needs calls.
	closeWrite() error
	// after calls note when what was written before has left, or is known not to.
	after(note func())

	// awaitRule waits for the end of the connection that a rule has brought about, if one has.
	awaitRule()
	// awaitSent waits until what was written has left, for as long as there is progress, and
	// lets nothing more leave.
	awaitSent()
	// ended returns a channel that is closed once nothing leaves any more; nil if that is so
	// when no call is under way.
	ended() <-chan struct{}
}

func (out *outbound) init(c *Conn) {
	out.half = newHalf(c, transcript.ToClient)
	out.direct = directOut{direct: direct{half: out.half, prog: c.core.program()}, out: out}
	out.mode = &out.direct
}

// begin lets prog decide about the direction.
func (out *outbound) begin(prog decide.Program) {
	out.calls.lock()
	defer out.unlock()
	if st := out.direct.begin(prog); st != nil {
		p := newPumpedOut(out, st, prog)
		out.change(p, p.queue)
		p.begin()
	}
}

// write is the handler's Write. Recorded says that p is part of the record.
func (out *outbound) write(p []byte, recorded bool) (int, error) {
	out.calls.lock()
	defer out.unlock()
	if err := out.c.check("write"); err != nil {
		return 0, err
	}
	if out.isShut() {
		return 0, out.c.opError("write", syscall.EPIPE)
	}
	n, err := out.mode.write(p, recorded)
	if err == errPumped {
		return out.mode.write(p, recorded)
	}
	return n, err
}

// send records p, and writes it to the socket. Just before the last part is written, it calls
// reached, if that is not nil. Its error is the socket's: see Conn.writeError.
func (out *outbound) send(p []byte, recorded bool, reached func()) (sum int, err error) {
	for len(p) > 0 {
		part := p[:min(len(p), writePart)]
		if p = p[len(part):]; len(p) == 0 {
			err = out.sendPart(part, recorded, reached, &sum)
		} else {
			err = out.sendPart(part, recorded, nil, &sum)
		}
		if err != nil {
			break
		}
	}
	return sum, err
}

// sendPart records p first, so that a client that has read an answer finds it in the record,
// and what it does then comes after all that; what did not leave after all is taken back.
func (out *outbound) sendPart(p []byte, recorded bool, reached func(), sum *int) error {
	if recorded {
		out.lane.Record(p)
	} else {
		out.lane.Append(transcript.Data, p)
	}
	if reached != nil {
		reached()
	}
	n, err := out.writeRaw(p)
	if *sum += n; n < len(p) {
		out.lane.Unsend(int64(len(p)-n), errText(err))
	}
	return err
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

// noteAfter records an error when what the handler wrote before has left, or is known not to:
// the order of the two does not depend on which goroutine is faster.
func (out *outbound) noteAfter(text string) {
	out.now().after(func() { out.c.note(transcript.Error, text) })
}

// closeWrite sends a FIN after what was written. Only the first call does anything.
func (out *outbound) closeWrite() error {
	out.calls.lock()
	defer out.calls.unlock()
	out.mu.Lock()
	again := out.shut
	out.shut = true
	out.mu.Unlock()
	if again {
		return nil
	}
	return out.mode.closeWrite()
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

// finish waits until nothing leaves any more, and sees to it that a FIN has left.
func (out *outbound) finish() {
	if ended := out.now().ended(); ended != nil {
		<-ended
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
