package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A packetLeg is a socket to the upstream, and the record of what passes there. The session's goroutine writes, and one of its
// own reads.
type packetLeg struct {
	p        *Peer
	raw      net.Conn
	here     string // its address, which is the client's for the upstream
	rec      *record.Recorder
	to, from *record.Lane
	ended    chan struct{} // closed when the reader has
	unhook   func() bool   // lets a server that closes leave it alone; false: it has begun to interrupt it
	cut      chan struct{} // closed when it has

	drops int64 // answers that the kernel has lost, and that are recorded; the reader's

	mu     sync.Mutex // guards what follows
	passed time.Time  // when something passed last
	over   bool       // it can't be used any more
	closed bool       // by this end
}

// upstreamPeer counts what has passed between a client's sessions and the upstream.
type upstreamPeer struct {
	mu          sync.Mutex // guards what follows, and holds together a number and its record
	known       bool       // it is in the record
	there, back int64      // datagrams
}

// datagramBuffers are buffers to read into.
var (
	datagramBuffers     = newBuffers(maxDatagram)
	unixDatagramBuffers = newBuffers(maxUnixDatagram)
)

func newBuffers(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

func newPacketLeg(p *Peer, raw net.Conn, rec *record.Recorder) *packetLeg {
	n := p.Number()
	l := &packetLeg{
		p: p, raw: raw, here: addrString(raw.LocalAddr()), rec: rec, ended: make(chan struct{}), cut: make(chan struct{}), passed: time.Now(),
		to: rec.Lane(n, transcript.FromClient), from: rec.Lane(n, transcript.ToClient),
	}
	if b, ok := raw.(interface{ SetReadBuffer(int) error }); ok && !isUnixgramAddr(raw.LocalAddr()) {
		b.SetReadBuffer(defaultPacketBuffer) // as of a PacketServer, so that bursts are not lost
	}
	l.noteOpen()
	l.unhook = context.AfterFunc(p.s.ctx, l.interrupt)
	p.s.wg.Add(1)
	go l.read()
	return l
}

// interrupt ends a Read and a Write that are under way.
func (l *packetLeg) interrupt() {
	l.raw.SetDeadline(past)
	close(l.cut)
}

// noteOpen records that the socket is there.
func (l *packetLeg) noteOpen() {
	u := &l.p.client.upstream
	u.mu.Lock()
	first := !u.known
	u.known = true
	u.mu.Unlock()
	if first {
		l.rec.Add(transcript.Event{Conn: l.p.Number(), Kind: transcript.Accept, Peer: l.here})
	} else {
		l.note(transcript.Note, "another socket to the upstream, "+l.here)
	}
	if at, main := addrString(l.raw.RemoteAddr()), l.rec.Header().Address; first && at != "" && at != main {
		l.note(transcript.Note, "connected to "+at)
	}
}

// maxRefusals bounds how often a Write is tried that only hears of what became of earlier ones.
const maxRefusals = 10

// send records a datagram, which does not change any more, and sends it.
func (l *packetLeg) send(b []byte) error {
	u := &l.p.client.upstream
	u.mu.Lock()
	u.there++
	n := u.there
	l.to.RecordDatagram(l.p.Number(), l.here, n, b, nil)
	u.mu.Unlock()
	l.pass()
	_, err := l.raw.Write(b)
	for tries := 1; err != nil && tries < maxRefusals && l.isRefusal(err); tries++ {
		l.noteRefusal(err)
		_, err = l.raw.Write(b)
	}
	if err != nil {
		l.rec.Add(transcript.Event{
			Conn: l.p.Number(), Direction: transcript.FromClient, Kind: transcript.DatagramUnsent, Offset: n, Peer: l.here, Text: err.Error(),
		})
	}
	return err
}

// isRefusal reports whether an error says that the port was unreachable for an earlier datagram. A unix socket's says that it is
// closed, and of the same datagram.
func (l *packetLeg) isRefusal(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) && !isUnixgramAddr(l.raw.LocalAddr())
}

func (l *packetLeg) noteRefusal(err error) {
	text := "port unreachable: " + err.Error()
	l.note(transcript.Error, text)
	l.p.note(transcript.Error, "upstream: "+text)
}

// read brings answers back until the socket is closed.
func (l *packetLeg) read() {
	defer l.p.s.wg.Done()
	defer close(l.ended)
	for {
		buf, n, err := socket.ReadDatagram(l.raw, l.buffers())
		l.noteDrops()
		switch {
		case err == nil:
			l.pass()
			l.bringBack((*buf)[:n], n == len(*buf))
			l.buffers().Put(buf)
		case l.isClosed() || l.p.s.isClosing():
			return
		case l.isRefusal(err):
			l.noteRefusal(err)
			l.p.s.linger(nil, time.Millisecond) // of a connection that says so for ever
		default:
			l.note(transcript.Error, err.Error())
			l.end()
			return
		}
	}
}

// noteDrops records what the kernel has lost for want of a buffer, where it tells.
func (l *packetLeg) noteDrops() {
	pc, ok := l.raw.(net.PacketConn)
	if !ok {
		return
	}
	now, err := socket.Drops(pc)
	if err != nil || now <= l.drops {
		return
	}
	l.rec.Add(transcript.Event{
		Conn: l.p.Number(), Direction: transcript.ToClient, Kind: transcript.Drop, Count: now - l.drops,
		Text: "answers lost: the receive buffer was full",
	})
	l.drops = now
}

func (l *packetLeg) buffers() *sync.Pool {
	if isUnixgramAddr(l.raw.LocalAddr()) {
		return unixDatagramBuffers
	}
	return datagramBuffers
}

// bringBack records an answer, and sends it to the client.
func (l *packetLeg) bringBack(b []byte, full bool) {
	n := l.recordBack(b, full)
	if _, err := l.p.Write(b); err != nil {
		l.noteKept(n, err.Error())
	}
}

// recordBack records an answer, and returns its number. If it is full, it may have been longer than what it was read into.
func (l *packetLeg) recordBack(b []byte, full bool) int64 {
	u := &l.p.client.upstream
	u.mu.Lock()
	defer u.mu.Unlock()
	u.back++
	l.from.Datagram(l.p.Number(), l.here, u.back, b)
	if full {
		l.rec.Add(transcript.Event{
			Conn: l.p.Number(), Direction: transcript.ToClient, Kind: transcript.Error, Offset: u.back, Peer: l.here,
			Text: fmt.Sprintf("datagram %d has %d bytes or more: what it has more is lost", u.back, len(b)),
		})
	}
	return u.back
}

// noteKept records that an answer did not go on to the client.
func (l *packetLeg) noteKept(n int64, why string) {
	l.rec.Add(transcript.Event{
		Conn: l.p.Number(), Direction: transcript.ToClient, Kind: transcript.Undelivered, Offset: n, Count: 1, Peer: l.here,
		Text: "it did not go on to the client: " + why,
	})
}

// takeRest records what has arrived, when the server closes.
func (l *packetLeg) takeRest() {
	if l.unhook() {
		l.interrupt()
	}
	<-l.cut
	if <-l.ended; l.isOver() {
		return
	}
	l.noteDrops()
	l.raw.SetReadDeadline(time.Time{})
	for stop := time.Now().Add(closeGrace / 4); !hasPassed(stop); {
		buf, n, err := socket.ReadDatagramNow(l.raw, l.buffers())
		if err != nil {
			return
		}
		l.noteKept(l.recordBack((*buf)[:n], n == len(*buf)), "closed")
		l.buffers().Put(buf)
	}
	l.note(transcript.Note, "closed: what else had come was not read")
}

// end closes the socket, which can't be used any more.
func (l *packetLeg) end() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	l.raw.Close()
}

// close closes the socket, and waits for its reader.
func (l *packetLeg) close() {
	l.unhook()
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.raw.Close()
	<-l.ended
}

func (l *packetLeg) pass() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passed = time.Now()
}

func (l *packetLeg) lastPassed() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.passed
}

func (l *packetLeg) isOver() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

func (l *packetLeg) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

func (l *packetLeg) note(k transcript.Kind, text string) {
	l.rec.Add(transcript.Event{Conn: l.p.Number(), Kind: k, Text: text})
}
