package fakeserver

import (
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How much may wait to leave, where faults hold it up.
const writeBehind = 64 << 20

// outbound is what goes to the client. Without faults the handler writes the
// socket itself. With them its bytes are decided upon, queued, and carried out
// by a pump.
type outbound struct {
	c      *Conn
	lane   *transcript.Lane
	writer lock          // held by who writes, or decides
	stream *fault.Stream // nil: no faults
	queue  *queue        // nil: no faults
	pumped chan struct{} // closed when the pump has ended
	edge   *boundary     // what waits for the client to read; nil until needed
	cut    *fault.Step   // a boundary that lies in front of the next byte

	mu       sync.Mutex // guards what follows
	finished time.Time  // when the FIN left
	shut     bool       // nothing may be written any more
}

func (out *outbound) init(c *Conn) {
	out.c = c
	out.lane = c.srv.rec.Lane(c.n, transcript.ToClient)
	out.writer = newLock()
	if out.stream = c.srv.prog.Stream(c.n, transcript.ToClient); out.stream != nil {
		out.queue = &queue{limit: writeBehind}
		out.pumped = make(chan struct{})
	}
}

// begin carries out what is due before the first byte, and starts the pump. What
// ends the connection there does so before the handler can run.
func (out *outbound) begin() {
	if out.stream == nil {
		return
	}
	for i, s := range out.stream.Start() {
		if i == 0 && s.Op.Ends() {
			out.carryOut(s)
			break
		}
		out.queue.put(s, nil)
	}
	out.c.srv.wg.Add(1)
	go out.pump()
}

// write is the handler's Write. Recorded says that p is part of the record.
func (out *outbound) write(p []byte, recorded bool) (int, error) {
	out.writer.lock()
	defer out.writer.unlock()
	if err := out.c.check("write"); err != nil {
		return 0, err
	}
	if out.queue != nil {
		return out.enqueue(p)
	}
	return out.send(p, recorded)
}

// A large write is recorded and sent, or queued, in parts of this size.
const writePart = 256 << 10

// send records p and writes it to the socket.
func (out *outbound) send(p []byte, recorded bool) (int, error) {
	sum := 0
	for sum < len(p) {
		n, err := out.sendPart(p[sum:min(len(p), sum+writePart)], recorded)
		sum += n
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// sendPart records p first, so that a client that has read an answer finds it in
// the record; what did not leave after all is taken back.
func (out *outbound) sendPart(p []byte, recorded bool) (int, error) {
	if recorded {
		out.lane.Record(p)
	} else {
		out.lane.Append(transcript.Data, p)
	}
	n, err := out.c.raw.Write(p)
	if n < len(p) {
		out.lane.Unsend(int64(len(p)-n), errText(err))
	}
	return n, out.c.writeError(err)
}

// enqueue decides about p and queues it. It needs writer.
func (out *outbound) enqueue(p []byte) (int, error) {
	sum := 0
	for sum < len(p) {
		if err := out.waitRoom(); err != nil {
			return sum, err
		}
		n := int(min(int64(len(p)-sum), writePart, out.stream.Room()))
		if n == 0 {
			break
		}
		var last fault.Step
		for _, s := range out.stream.Feed(out.lane.Stash(p[sum : sum+n])) {
			out.queue.put(s, nil)
			last = s
		}
		sum += n
		if last.Op.Ends() {
			return sum, out.c.opError("write", &injected{last.Rule, last.Op})
		}
	}
	if sum < len(p) {
		return sum, out.c.opError("write", fault.ErrInjected)
	}
	return sum, nil
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
		if out.isShut() {
			return out.c.opError("write", syscall.EPIPE)
		}
		if out.queue.waiting() < out.queue.limit {
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
	for _, s := range out.stream.Finish() {
		out.queue.put(s, nil)
	}
	return nil
}

// sendFIN half-closes the socket, unless it is gone.
func (out *outbound) sendFIN() error {
	if out.c.isDead() || out.c.sawReset() || !out.finishedAt().IsZero() {
		return nil
	}
	out.lane.Add(transcript.Event{Kind: transcript.FIN})
	out.mu.Lock()
	out.finished = time.Now()
	out.mu.Unlock()
	err := closeWrite(out.c.raw)
	if err != nil && !out.c.isDead() {
		out.lane.Unsend(0, err.Error())
		return out.c.writeError(err)
	}
	return nil
}

// pump carries out what the plan decided, when it is due.
func (out *outbound) pump() {
	defer out.c.srv.wg.Done()
	defer close(out.pumped)
	defer out.closeEdge()
	for {
		changed := out.queue.next()
		it, ok := out.queue.front()
		if ok && !it.due.After(time.Now()) {
			goesOn := out.carryOut(it.Step)
			out.queue.take(len(it.Data))
			if !goesOn {
				break
			}
			continue
		}
		if !out.c.sleep(changed, it.due) {
			break
		}
	}
	out.lost(out.queue.waiting())
}

// lost records that n bytes of the handler never left.
func (out *outbound) lost(n int64) {
	if n > 0 {
		out.lane.Add(transcript.Event{Kind: transcript.Unsent, Count: n, Text: "the connection ended before they were due"})
	}
}

func (out *outbound) closeEdge() { out.edge.close() }

// carryOut does one step. It reports whether anything can follow.
func (out *outbound) carryOut(s fault.Step) bool {
	c := out.c
	switch s.Op {
	case fault.OpPass:
		if !out.passCut() {
			out.lost(int64(len(s.Data)))
			return false
		}
		n, err := out.send(s.Data, true)
		s.Data = s.Data[:n]
		out.stream.Done(s)
		return err == nil
	case fault.OpMark:
		c.acted(out.stream, transcript.ToClient, s, 0, "delays by "+s.Delay.String())
	case fault.OpCut:
		out.cut = &s
	case fault.OpStall:
		c.acted(out.stream, transcript.ToClient, s, 0, stallText(s.Delay))
		return out.stall(s.Delay)
	case fault.OpFinish:
		out.sendFIN()
		return false
	case fault.OpReset:
		left := c.awaitDelivery()
		if s.Rule != "" {
			c.doom(&injected{s.Rule, s.Op})
			c.acted(out.stream, transcript.ToClient, s, left, "")
		}
		c.reset(s.Rule)
		return false
	case fault.OpClose:
		c.acted(out.stream, transcript.ToClient, s, 0, "")
		out.sendFIN()
		c.doom(&injected{s.Rule, s.Op})
		return false
	}
	return true
}

// passCut waits at a boundary until the client has read what is in front of it.
func (out *outbound) passCut() bool {
	s := out.cut
	if s == nil {
		return true
	}
	out.cut = nil
	if out.edge == nil {
		out.edge = &boundary{c: out.c}
	}
	text, pause := out.edge.confirm(), s.Delay
	if text != confirmed && pause == 0 {
		pause = unconfirmedPause
	}
	out.c.acted(out.stream, transcript.ToClient, *s, 0, text)
	return pause == 0 || out.stall(pause)
}

// stall stops sending for d, or if that is zero until the connection ends. It
// reports whether the connection goes on.
func (out *outbound) stall(d time.Duration) bool {
	if d == 0 {
		return out.c.sleep(nil)
	}
	return out.c.sleep(nil, time.Now().Add(d))
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
