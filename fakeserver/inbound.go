package fakeserver

import (
	"bytes"
	"io"
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
	reader lock           // held by who reads, without faults
	prog   *fault.Program // the plan that is gone by; under reader, or the pump's
	stream *fault.Stream  // nil: no faults; the pump's
	queue  *queue         // nil: no faults; set under reader and c.mu
	pumped chan struct{}  // closed when the pump has ended; set with queue

	begun   bool            // the pump was started; under reader
	kind    transcript.Kind // of the bytes that are decided about: Data, or Discarded
	discard atomic.Bool     // what comes now is recorded and thrown away
	ruled   atomic.Bool     // a rule of this direction ended the connection
	since   time.Time       // when the last bytes came while discarding
}

func (in *inbound) init(c *Conn) {
	in.c = c
	in.lane = c.srv.rec.Lane(c.n, transcript.FromClient)
	in.reader = newLock()
	in.prog = c.srv.program()
	if in.stream = in.prog.Stream(c.n, transcript.FromClient); in.stream != nil {
		in.queue = &queue{limit: readAhead}
		in.pumped = make(chan struct{})
	}
}

// begin carries out what is due before the first byte, and starts the pump. What
// ends the connection there does so before the handler can run.
func (in *inbound) begin() {
	in.reader.lock()
	defer in.reader.unlock()
	if in.stream == nil || in.begun {
		return
	}
	in.begun = true
	steps := in.stream.Start()
	if len(steps) > 0 && steps[0].Op.Ends() {
		goesOn := in.carryOut(steps[0])
		steps = nil
		if !goesOn {
			close(in.pumped)
			return
		}
	}
	in.c.srv.wg.Add(1)
	go in.pump(steps, 0)
}

// read is the handler's Read.
func (in *inbound) read(p []byte) (int, error) {
	if err := in.lockReader(); err != nil {
		return 0, err
	}
	defer in.reader.unlock()
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
		n, err := in.c.raw.Read(p)
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

// lockReader locks reader for the handler. It does not wait for the drain of a
// connection that has ended.
func (in *inbound) lockReader() error {
	if in.reader.tryLock() {
		return nil
	}
	select {
	case in.reader <- struct{}{}:
		return nil
	case <-in.c.gone:
	}
	if !in.ruled.Load() {
		return in.c.check("read")
	}
	in.reader.lock() // what came before the rule acted is still to be read
	return nil
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
		n, err := in.c.raw.Read(in.lane.Buffer(minRead))
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
		// The end of the connection is no reason to stop: what came before is still due.
		in.c.srv.sleep(changed, nil, it.due, deadline)
	}
}

// pump reads the socket for the handler. First it carries out steps, and takes n
// bytes that were read into the lane's buffer.
func (in *inbound) pump(first []fault.Step, n int) {
	defer in.c.srv.wg.Done()
	defer close(in.pumped)
	if in.carryOutAll(first) && (n == 0 || in.took(n)) {
		in.readAll()
	}
}

// carryOutAll does steps in their order. It reports whether the connection goes on.
func (in *inbound) carryOutAll(steps []fault.Step) bool {
	if endsAtOnce(steps) {
		// The handler gets what came before only when the end has come: it must not
		// answer first.
		in.queue.freeze(true)
		defer in.queue.freeze(false)
	}
	for _, s := range steps {
		if !in.carryOut(s) {
			return false
		}
	}
	return true
}

// endsAtOnce reports whether steps end the stream without waiting for anything.
func endsAtOnce(steps []fault.Step) bool {
	for _, s := range steps {
		if s.Op == fault.OpStall || s.Op == fault.OpHold {
			return false
		}
	}
	return len(steps) > 0 && steps[len(steps)-1].Op.Ends()
}

// carryOut does one step. It reports whether the connection goes on.
func (in *inbound) carryOut(s fault.Step) bool {
	c := in.c
	switch s.Op {
	case fault.OpPass:
		in.stream.Done(s)
		if in.kind == transcript.Data && len(s.Data) > 0 {
			s.Data = c.srv.stable(s.Data)
			in.queue.put(s, nil)
		}
		return true
	case fault.OpDrop:
		in.stream.Done(s)
		return true
	case fault.OpReset, fault.OpClose, fault.OpHalfClose:
		return in.endByRule(s)
	}
	c.acted(in.stream, transcript.FromClient, s, 0)
	switch s.Op {
	case fault.OpCut:
		in.queue.pause(s.Delay)
	case fault.OpStall:
		in.stall(s.Rule, s.Delay)
	case fault.OpHold:
		in.hold(s.Rule, s.Gate)
	}
	return true
}

// endByRule ends the connection, or this direction, as s says: the handler still
// gets what came before, and then the error. It reports whether to read on.
func (in *inbound) endByRule(s fault.Step) bool {
	c, why := in.c, &injected{s.Rule, s.Op}
	in.ruled.Store(true)
	in.discard.Store(true)
	if s.Op == fault.OpHalfClose {
		c.acted(in.stream, transcript.FromClient, s, 0)
		in.queue.put(s, io.EOF)
		return true
	}
	var undelivered int64
	if s.Op == fault.OpReset {
		undelivered = c.unacked()
	}
	c.acted(in.stream, transcript.FromClient, s, undelivered)
	in.queue.put(s, c.opError("read", why))
	c.doomTo(why, s.Op == fault.OpReset)
	if s.Op == fault.OpReset {
		c.reset(s.Rule)
		return false
	}
	c.out.closeWrite()
	return true
}

// stall stops reading for d, or if that is zero until the connection ends
// or the rule is taken out of the plan.
func (in *inbound) stall(rule string, d time.Duration) {
	var until time.Time
	if d > 0 {
		until = time.Now().Add(d)
	}
	in.stop(rule, nil, until)
}

// hold stops reading until the gate is released.
func (in *inbound) hold(rule, name string) {
	g := in.c.srv.gates.at(name)
	g.enter()
	in.stop(rule, g.open, time.Time{})
}

// stop stops reading until ch is closed, the time has come (zero: never), the rule
// is taken out of the plan, or the handler is done.
func (in *inbound) stop(rule string, ch <-chan struct{}, until time.Time) {
	for !in.discard.Load() {
		changed := in.queue.next()
		if in.stale() {
			in.adopt()
			if !in.stream.Has(rule) {
				return
			}
		}
		if isClosedChan(ch) || !until.IsZero() && !time.Now().Before(until) || in.discard.Load() {
			return
		}
		if !in.c.sleepFor(changed, ch, until) {
			return
		}
	}
}

// stable returns recorded bytes that stay what they are.
func (s *Server) stable(p []byte) []byte {
	if s.recordLimit == 0 {
		return p
	}
	return bytes.Clone(p)
}
