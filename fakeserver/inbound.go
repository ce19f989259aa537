package fakeserver

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How far the server reads ahead of the handler, where faults need it to.
const readAhead = 256 << 10

// minRead is the least room that a read gets. A block's last bytes are left
// rather than filled by tiny reads.
const minRead = 256

// inbound is what comes from the client. Without faults the handler reads the
// socket itself. With them a pump reads and records, and queues what the handler
// may see, and when.
type inbound struct {
	c      *Conn
	lane   *transcript.Lane
	reader lock          // held by who reads, without faults
	stream *fault.Stream // nil: no faults
	queue  *queue        // nil: no faults
	pumped chan struct{} // closed when the pump has ended

	discard atomic.Bool // what comes now is recorded and thrown away
	ruled   atomic.Bool // a rule of this direction ended the connection
	since   time.Time   // when the last bytes came while discarding
}

func (in *inbound) init(c *Conn) {
	in.c = c
	in.lane = c.srv.rec.Lane(c.n, transcript.FromClient)
	in.reader = newLock()
	if in.stream = c.srv.prog.Stream(c.n, transcript.FromClient); in.stream != nil {
		in.queue = &queue{limit: readAhead}
		in.pumped = make(chan struct{})
	}
}

// begin carries out what is due before the first byte, and starts the pump. What
// ends the connection there does so before the handler can run.
func (in *inbound) begin() {
	if in.stream == nil {
		return
	}
	steps := in.stream.Start()
	if len(steps) > 0 && steps[0].Op.Ends() {
		in.carryOut(steps[0])
		steps = nil
	}
	in.c.srv.wg.Add(1)
	go in.pump(steps)
}

// read is the handler's Read.
func (in *inbound) read(p []byte) (int, error) {
	in.reader.lock()
	defer in.reader.unlock()
	if in.queue != nil {
		return in.readQueue(p)
	}
	if err := in.c.check("read"); err != nil {
		return 0, err
	}
	n, err := in.c.raw.Read(p)
	if n > 0 {
		in.lane.Append(transcript.Data, p[:n])
	}
	return n, in.c.readError(err)
}

// readRecord reads straight into the record and returns the recorded bytes, good
// until the next read. It needs reader, and no faults.
func (in *inbound) readRecord() ([]byte, error) {
	if err := in.c.check("read"); err != nil {
		return nil, err
	}
	n, err := in.c.raw.Read(in.lane.Buffer(minRead))
	var p []byte
	if n > 0 {
		p = in.lane.Commit(transcript.Data, n)
	}
	return p, in.c.readError(err)
}

// readQueue reads what the pump queued, as soon as it is due. Items are never
// joined: a boundary of Slice lies between two of them.
func (in *inbound) readQueue(p []byte) (int, error) {
	for {
		changed := in.queue.next()
		deadline, err := in.queue.expiry()
		if err != nil {
			return 0, in.c.opError("read", err)
		}
		if err := in.c.check("read"); err != nil && !in.ruled.Load() {
			return 0, err
		}
		it, ok := in.queue.front()
		if ok && !it.due.After(time.Now()) {
			if it.err != nil {
				return 0, it.err // it stays: every further Read gets it
			}
			n := copy(p, it.Data)
			in.queue.take(n)
			return n, nil
		}
		if len(p) == 0 {
			return 0, nil
		}
		if !in.c.sleep(changed, it.due, deadline) && !in.c.isDoomed() {
			return 0, in.c.opError("read", net.ErrClosed)
		}
	}
}

// pump reads the socket for the handler.
func (in *inbound) pump(first []fault.Step) {
	defer in.c.srv.wg.Done()
	defer close(in.pumped)
	first = append([]fault.Step(nil), first...)
	for _, s := range first {
		if !in.carryOut(s) {
			return
		}
	}
	in.readAll()
}

// readAll reads until the client's end of stream, an error, or a rule that tears
// the connection down. While it discards, it also ends when nothing comes any
// more. When the server closes, it takes what is there and ends.
func (in *inbound) readAll() {
	for in.waitRoom() {
		kind, limit := transcript.Data, int64(readAhead)
		if in.discard.Load() {
			kind = transcript.Discarded
			in.c.setRawReadDeadline(time.Now().Add(drainIdle))
		}
		if in.stream != nil && !in.ruled.Load() {
			limit = min(limit, in.stream.Room())
		}
		buf := in.lane.Buffer(minRead)
		n, err := in.c.raw.Read(buf[:min(int64(len(buf)), limit)])
		if n > 0 && !in.took(kind, n) || err != nil && !in.goesOn(err) {
			return
		}
	}
	in.readRest()
}

// waitRoom waits until the queue has room, or what comes is discarded. It
// reports false when the server closes or the connection is gone.
func (in *inbound) waitRoom() bool {
	for in.queue != nil && !in.discard.Load() {
		changed := in.queue.next()
		if in.queue.waiting() < in.queue.limit {
			break
		}
		if !in.c.sleep(changed) {
			return false
		}
	}
	return !in.c.isOver()
}

// took records n bytes that were read and carries out what the plan decides
// about them. It reports whether to read on.
func (in *inbound) took(kind transcript.Kind, n int) bool {
	in.since = time.Now()
	p := in.lane.Commit(kind, n)
	if in.stream == nil || in.ruled.Load() {
		return true
	}
	for _, s := range in.stream.Feed(p) {
		if !in.carryOut(s) {
			return false
		}
	}
	return true
}

// goesOn looks at a read's error, and reports whether to read on nevertheless.
func (in *inbound) goesOn(err error) bool {
	if isTimeout(err) {
		return !in.idle() // else it was only woken
	}
	err = in.c.readError(err)
	if in.queue == nil || in.ruled.Load() {
		return false
	}
	if err != io.EOF {
		in.queue.put(fault.Step{Op: fault.OpFinish}, err)
		return false
	}
	for _, s := range in.stream.Finish() {
		in.queue.put(s, io.EOF)
	}
	return false
}

// idle reports whether there is no reason to wait for more to discard: our FIN
// has left, and then nothing came for long enough, or too much.
func (in *inbound) idle() bool {
	left := in.c.out.finishedAt()
	if !in.discard.Load() || left.IsZero() {
		return false
	}
	quiet := left
	if in.since.After(quiet) {
		quiet = in.since
	}
	return time.Since(quiet) >= drainIdle || time.Since(left) >= drainTotal
}

// carryOut does one step. It reports whether the connection goes on.
func (in *inbound) carryOut(s fault.Step) bool {
	c := in.c
	switch s.Op {
	case fault.OpPass:
		in.stream.Done(s)
		if !in.discard.Load() {
			s.Data = c.srv.stable(s.Data)
			in.queue.put(s, nil)
		}
	case fault.OpMark:
		c.acted(in.stream, transcript.FromClient, s, 0, "delays by "+s.Delay.String())
	case fault.OpCut:
		c.acted(in.stream, transcript.FromClient, s, 0, "boundary")
		in.queue.pause(s.Delay)
	case fault.OpStall:
		c.acted(in.stream, transcript.FromClient, s, 0, stallText(s.Delay))
		in.stall(s.Delay)
	case fault.OpReset, fault.OpClose:
		return in.endByRule(s)
	}
	return true
}

// endByRule ends the connection as s says: the handler still gets what came
// before, and then the error.
func (in *inbound) endByRule(s fault.Step) bool {
	c, why := in.c, &injected{s.Rule, s.Op}
	in.ruled.Store(true)
	in.discard.Store(true)
	in.queue.put(s, c.opError("read", why))
	c.doom(why)
	if s.Op == fault.OpReset {
		c.acted(in.stream, transcript.FromClient, s, c.unacked(), "")
		c.reset(s.Rule)
		return false
	}
	c.acted(in.stream, transcript.FromClient, s, 0, "")
	c.out.closeWrite()
	return true
}

// stall stops reading for d, or if that is zero until the connection ends.
func (in *inbound) stall(d time.Duration) {
	var until time.Time
	if d > 0 {
		until = time.Now().Add(d)
	}
	for !in.discard.Load() {
		changed := in.queue.next()
		if d > 0 && !time.Now().Before(until) || in.discard.Load() {
			return
		}
		if !in.c.sleep(changed, until) {
			return
		}
	}
}

// finish discards what still comes, until there is an end to it.
func (in *inbound) finish() {
	in.discard.Store(true)
	if in.queue == nil {
		in.reader.lock()
		defer in.reader.unlock()
		in.readAll()
		return
	}
	in.queue.wake()
	in.c.setRawReadDeadline(past) // wakes the pump
	<-in.pumped
	if n := in.queue.waiting(); n > 0 {
		in.lane.Add(transcript.Event{Kind: transcript.Unread, Count: n, Text: "the handler did not read the last bytes"})
	}
}

// readRest takes what has arrived, without waiting for more.
func (in *inbound) readRest() {
	c := in.c
	if !c.clearRawReadDeadline() {
		return
	}
	for stop := time.Now().Add(closeGrace / 4); time.Now().Before(stop); {
		n, err := readNow(c.raw, in.lane.Buffer(minRead))
		if n > 0 {
			in.lane.Commit(transcript.Discarded, n)
		}
		if err != nil {
			if !isTimeout(err) {
				c.readError(err)
			}
			return
		}
	}
}

// WriteTo implements io.WriterTo. It reads straight into the record, and copies
// what it read to w: for w a Conn of the same server without copying the bytes.
func (c *Conn) WriteTo(w io.Writer) (int64, error) {
	if c.in.queue != nil {
		return io.Copy(w, struct{ io.Reader }{c})
	}
	c.in.reader.lock()
	defer c.in.reader.unlock()
	var sum int64
	for {
		p, err := c.in.readRecord()
		n, werr := c.handOn(p, w)
		sum += int64(n)
		switch {
		case werr != nil:
			return sum, werr
		case err == io.EOF:
			return sum, nil
		case err != nil:
			return sum, err
		}
	}
}

// handOn writes recorded bytes to w.
func (c *Conn) handOn(p []byte, w io.Writer) (int, error) {
	if len(p) == 0 || w == io.Discard {
		return len(p), nil
	}
	if to, ok := w.(*Conn); ok && to.srv == c.srv {
		return to.out.write(p, true)
	}
	c.srv.rec.Lend() // w might keep them, though it should not
	return w.Write(p)
}

// stable returns recorded bytes that stay what they are.
func (s *Server) stable(p []byte) []byte {
	if s.recordLimit == 0 {
		return p
	}
	return bytes.Clone(p)
}
