package fakeserver

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How far the server reads ahead of the handler, where faults need it to. What
// Latency keeps on its way does not count.
const readAhead = 256 << 10

// inbound is what comes from the client. Without faults the handler reads the
// socket itself. With them a pump reads and records, and queues what the handler
// may see, and when.
type inbound struct {
	c      *Conn
	lane   *record.Lane
	reader lock           // held by who reads, without faults
	taking taking         // whether the socket is being read, or torn down
	got    atomic.Int64   // bytes read from the socket
	prog   decide.Program // the plan that is gone by; under reader, or the pump's
	stream decide.Stream  // nil: no faults; the pump's
	queue  *queue         // nil: no faults; set under reader and c.mu
	pumped chan struct{}  // closed when the pump has ended; set with queue

	peeker socket.Peeker   // nil: there is none; the pump's
	asked  bool            // whether there is one; the pump's
	left   bool            // the latest read may have left something in the socket; the pump's
	begun  bool            // OnAccept rules have let the connection through; under reader
	told   int             // steps to come that are recorded already; the pump's
	later  []decide.Step   // what a change of the plan gave while the pump was stopped; the pump's
	kind   transcript.Kind // of the bytes that are decided about: Data, or Discarded
	// Bytes in the lane's buffer were read, and are not recorded yet; the pump's.
	unrecorded bool
	discard    atomic.Bool // what comes now is recorded and thrown away
	ruled      atomic.Bool // a rule of this direction ended the connection
	since      time.Time   // when the last bytes came while discarding
	unread     int64       // bytes in the queue that are recorded as unread; under reader

	drainedBytes int64 // how many came while the connection is being ended in order
}

func (in *inbound) init(c *Conn) {
	in.c = c
	in.lane = c.core.rec.Lane(c.n, transcript.FromClient)
	in.prog = c.core.program()
}

// read is the handler's Read.
func (in *inbound) read(p []byte) (int, error) {
	if err := in.lockReader(); err != nil {
		return 0, err
	}
	defer in.unlockReader()
	for {
		if in.queue != nil {
			return in.readQueue(p)
		}
		if err := in.c.check("read"); err != nil {
			return 0, err
		}
		if in.adopt(); in.queue != nil {
			continue
		}
		n, err := in.take(p)
		if n > 0 && in.stale() && in.adoptFor(copy(in.lane.Buffer(n), p[:n])) {
			continue
		}
		if n > 0 {
			in.lane.Append(transcript.Data, p[:n])
		} else if in.c.onlyWoken(err) {
			continue
		}
		return n, in.c.readError(err)
	}
}

// take reads the socket, unless it is torn down: what was counted as unread then must
// not be read after all.
func (in *inbound) take(p []byte) (int, error) { return in.takeBy(in.c.raw.Read, p) }

// takeNow is take for what has arrived.
func (in *inbound) takeNow(p []byte) (int, error) {
	return in.takeBy(func(p []byte) (int, error) { return socket.ReadNow(in.c.raw, p) }, p)
}

func (in *inbound) takeBy(read func([]byte) (int, error), p []byte) (int, error) {
	if !in.taking.begin() {
		return 0, in.c.opError("read", net.ErrClosed)
	}
	n, err := read(p)
	in.got.Add(int64(n))
	in.taking.end()
	return n, err
}

// lockReader locks reader for the handler. It does not wait for the drain of a
// connection that has ended.
func (in *inbound) lockReader() error {
	if in.reader.tryLock() {
		return nil
	}
	for {
		changed := in.c.next()
		if in.c.isDoomed() {
			break
		}
		if in.reader.lockUnless(changed) {
			return nil
		}
	}
	if !in.ruled.Load() {
		return in.c.check("read")
	}
	in.reader.lock() // what came before the rule acted is still to be read
	return nil
}

// readShared is readRecord for who has not locked reader, and its bytes stay what they
// are, if they are wanted: whoever hands them on may wait long, and keeps nobody else from
// the direction.
func (in *inbound) readShared(wanted bool) (p []byte, ok bool, err error) {
	if err := in.lockReader(); err != nil {
		return nil, true, err
	}
	defer in.unlockReader()
	if p, ok, err = in.readRecord(); wanted {
		p = in.c.core.stable(p)
	}
	return p, ok, err
}

// readRecord reads straight into the record and returns the recorded bytes, good
// until the next read; or ok false, if there are faults. It needs reader.
func (in *inbound) readRecord() (p []byte, ok bool, err error) {
	for {
		if err := in.c.check("read"); err != nil {
			return nil, true, err
		}
		if in.queue == nil {
			in.adopt()
		}
		if in.queue != nil {
			return nil, false, nil
		}
		n, err := in.take(in.lane.Buffer(minRead))
		if n > 0 && in.stale() && in.adoptFor(n) {
			return nil, false, nil
		}
		if n > 0 {
			p = in.lane.Commit(transcript.Data, n)
		} else if in.c.onlyWoken(err) {
			continue
		}
		return p, true, in.c.readError(err)
	}
}

// readQueue reads what the pump queued, as soon as it is due.
func (in *inbound) readQueue(p []byte) (int, error) {
	for {
		changed := in.queue.next()
		deadline, err := in.queue.expiry()
		if err != nil {
			return 0, in.c.opError("read", err)
		}
		if in.c.check("read") != nil && !in.mayReadOn() {
			return in.readLast(p)
		}
		n, due, err := in.queue.read(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		// The end of the connection is no reason to stop: what came before is still due.
		if !in.c.core.sleep(changed, nil, due, deadline) {
			return in.readLast(p)
		}
	}
}

// mayReadOn reports whether the handler still gets what came before a rule ended the
// connection: what is recorded as unread stays so. It needs reader.
func (in *inbound) mayReadOn() bool { return in.ruled.Load() && in.unread == 0 }

// readLast reads the queue when the connection ends. A rule that is ending it meanwhile
// leaves the handler what came before.
func (in *inbound) readLast(p []byte) (int, error) {
	if in.queue.awaitThaw(); in.mayReadOn() {
		if n, _, err := in.queue.read(p); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, in.c.opError("read", in.c.whyOr(net.ErrClosed))
}
