package fakeserver

import (
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

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
	// errPumped if this isn't the mode any more: the rest of p is the pumped mode's. It needs calls.
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
	out.initHalf(c, transcript.ToClient)
	out.direct = directOut{direct: direct{half: out.half, waker: waker{set: net.Conn.SetWriteDeadline}, prog: c.core.program()}, out: out}
	out.mode = &out.direct
}

// begin lets prog decide about the direction.
func (out *outbound) begin(prog decide.Program) {
	out.calls.lock()
	defer out.unlock()
	if st := out.direct.begin(prog); st != nil {
		p := newPumpedOut(out, st, prog)
		out.direct.goOver(p)
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
		sum := n
		n, err = out.mode.write(p[sum:], recorded)
		n += sum
	}
	return n, err
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

// noteAfter records an error when what the handler wrote before has left, or is known not to:
// the order of the two does not depend on which goroutine is faster.
func (out *outbound) noteAfter(text string) {
	out.now().after(func() { out.c.note(transcript.Error, text) })
}

// finish waits until nothing leaves any more, and sees to it that a FIN has left.
func (out *outbound) finish() {
	if ended := out.now().ended(); ended != nil {
		<-ended
	}
	out.sendFIN()
}

// awaitCall waits for a call of the handler's that is under way, which the end of the connection
// has woken: it says what did not leave.
func (out *outbound) awaitCall() {
	out.calls.lock()
	defer out.calls.unlock()
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
