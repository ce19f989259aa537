package fakeserver

import (
	"net"
	"slices"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// readAhead is how far the server reads ahead of the handler, where faults need it to. What
// Latency keeps on its way does not count.
const readAhead = 256 << 10

// inbound is what comes from the client.
type inbound struct {
	direction[inMode]
	direct directIn // its mode until there are rules

	gate    readGate     // of the socket
	got     atomic.Int64 // bytes read from the socket
	handed  int64        // bytes that the handler has read; under calls
	discard atomic.Bool  // what comes now is recorded and thrown away
}

// An inMode is a mode of inbound.
type inMode interface {
	mode

	// read is the handler's Read. It returns errPumped if this isn't the mode any more. It
	// needs calls.
	read(p []byte) (int, error)
	// readRecord reads straight into the record and returns the recorded bytes, good until the
	// next read; or ok false, if rules decide. It needs calls.
	readRecord() (p []byte, ok bool, err error)
	// readsOn reports whether the handler still gets what came before the connection was doomed.
	readsOn() bool

	// leaveUnread records what the handler left unread when it ended: nothing gets that any
	// more, however long the client goes on.
	leaveUnread()
	// drain discards what still comes, until there is an end to it.
	drain()
	// nameUnread records what else the handler did not read, when nothing more comes.
	nameUnread()
	// followed counts n bytes that the client sent and that were never decided about, for what
	// had stopped its stream.
	followed(n int)
}

func (in *inbound) init(c *Conn) {
	in.initHalf(c, transcript.FromClient)
	in.direct = directIn{direct: direct{half: in.half, waker: waker{set: net.Conn.SetReadDeadline}, prog: c.core.program()}, in: in, bulk: bulk{in: in}, drains: drain{in: in}}
	in.mode = &in.direct
}

// begin lets prog decide about the direction.
func (in *inbound) begin(prog decide.Program) {
	in.calls.lock()
	defer in.unlock()
	if st := in.direct.begin(prog); st != nil {
		p := newPumpedIn(in, st, prog)
		in.becomePumped(p, p.queue)
		p.begin()
	}
}

// read is the handler's Read.
func (in *inbound) read(p []byte) (int, error) {
	if err := in.lockCalls(); err != nil {
		return 0, err
	}
	defer in.unlock()
	n, err := in.mode.read(p)
	if err == errPumped {
		n, err = in.mode.read(p)
	}
	in.handed += int64(n)
	return n, err
}

// readShared is readRecord without calls, and its bytes stay what they are, if they are wanted:
// what hands them on may wait for long, and holds up no other reader.
func (in *inbound) readShared(wanted bool) (p []byte, ok bool, err error) {
	if err := in.lockCalls(); err != nil {
		return nil, true, err
	}
	defer in.unlock()
	p, ok, err = in.mode.readRecord()
	if in.handed += int64(len(p)); wanted {
		p = in.c.core.stable(p)
	}
	return p, ok, err
}

// lockCalls locks calls for the handler. It does not wait for the drain of a connection that
// has ended.
func (in *inbound) lockCalls() error {
	if in.calls.tryLock() {
		return nil
	}
	for {
		changed := in.c.next()
		if err := in.c.check("read"); err != nil {
			if !in.now().readsOn() {
				return err
			}
			changed = nil // what came before a rule acted is still to be read
		}
		if in.calls.lockUnless(changed) {
			return nil
		}
	}
}

// stable returns recorded bytes that stay what they are.
func (s *core) stable(p []byte) []byte {
	if s.recordLimit == 0 {
		return p
	}
	return slices.Clone(p)
}
