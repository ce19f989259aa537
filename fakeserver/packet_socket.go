package fakeserver

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// batchSize is how many datagrams one system call takes at most.
const batchSize = 16

// A packetSocket is the socket of a packet server between Up and Down.
type packetSocket struct {
	pc    net.PacketConn
	rec   *record.Recorder
	batch *kernel.Batch // nil on another transport
	buf   []byte        // where there is no batch

	rounds   *atomic.Int64                 // the roster's
	overdue  atomic.Bool                   // a round is to be ended
	owners   *kernel.PeerSockets           // nil where the kernel can't tell
	looker   func(netip.AddrPort) sighting // look, or nil where nothing can be told
	seen     [batchSize]seenAt             // the last that were looked for
	nextSeen int
	reads    int64 // how many there were; the reader's

	stopping atomic.Bool // the reader is to end, and leave what is there

	abandoned atomic.Bool // it did not: what it still reads is nobody's

	mu    sync.Mutex // guards drops
	drops int64      // that are recorded
}

func newPacketSocket(pc net.PacketConn, s *PacketServer) (*packetSocket, error) {
	sock := newSingleSocket(pc, s)
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return sock, nil
	}
	var err error
	if sock.batch, err = kernel.NewBatch(udp, batchSize); err != nil {
		sock.release()
	}
	sock.buf = nil
	return sock, err
}

// newSingleSocket returns one that reads single datagrams.
func newSingleSocket(pc net.PacketConn, s *PacketServer) *packetSocket {
	sock := &packetSocket{pc: pc, rec: s.rec, rounds: &s.roster.rounds, buf: make([]byte, 64<<10)}
	if owners, err := kernel.NewPeerSockets(pc); err == nil {
		sock.owners, sock.looker = owners, sock.look
	} else if _, udp := pc.(*net.UDPConn); udp {
		s.roster.noteBlind(err)
	}
	return sock
}

// release gives up what the socket has besides pc.
func (k *packetSocket) release() {
	if k.owners != nil {
		k.owners.Close()
	}
}

// An arrival is a datagram that was received.
type arrival struct {
	data []byte
	ap   netip.AddrPort
	addr net.Addr
	seen sighting
	look func(netip.AddrPort) sighting
}

// receive waits for datagrams and hands each to f. It returns how many there were.
func (k *packetSocket) receive(f func(arrival)) (int, error) {
	if k.batch == nil {
		return k.receiveOne(f)
	}
	return k.deliver(f, k.batch.Read)
}

// receiveNow is receive for what has arrived. If nothing has, its error is a timeout.
func (k *packetSocket) receiveNow(f func(arrival)) (int, error) {
	if k.batch != nil {
		return k.deliver(f, k.batch.ReadNow)
	}
	if n, err := k.waiting(); err == nil {
		if n == 0 {
			return 0, os.ErrDeadlineExceeded
		}
		return k.receive(f)
	}
	k.pc.SetReadDeadline(time.Now().Add(time.Millisecond))
	return k.receive(f)
}

// waiting returns 0 exactly when no datagram waits to be read.
func (k *packetSocket) waiting() (int, error) {
	if w, ok := k.pc.(interface{ Waiting() (int, error) }); ok {
		return w.Waiting()
	}
	n, err := kernel.Waiting(k.pc)
	return int(n), err
}

// send sends one datagram.
func (k *packetSocket) send(p *peer, b []byte) error {
	if udp, ok := k.pc.(*net.UDPConn); ok && p.ap.IsValid() {
		_, err := udp.WriteToUDPAddrPort(b, p.ap)
		return err
	}
	to := p.netAddr()
	if to == nil {
		here := k.pc.LocalAddr()
		return &net.OpError{Op: "write", Net: here.Network(), Source: here, Err: errNameless}
	}
	_, err := k.pc.WriteTo(b, to)
	return err
}

// wakeWriters ends a send that waits for room in the client's queue, as only those
// of unix sockets do.
func (k *packetSocket) wakeWriters() {
	if k.pc.LocalAddr().Network() == "unixgram" {
		k.pc.SetWriteDeadline(past)
	}
}

// netAddr returns the peer's address as the transport wants it: nil, if it has none.
func (p *peer) netAddr() net.Addr {
	if p.addr == nil && p.ap.IsValid() {
		return net.UDPAddrFromAddrPort(p.ap)
	}
	return p.addr
}

// noteDrops records what the kernel has lost since the last call.
func (k *packetSocket) noteDrops() {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := drops(k.pc)
	if err != nil || now == k.drops {
		return
	}
	k.rec.Add(transcript.Event{
		Direction: transcript.FromClient, Kind: transcript.Drop, Count: now - k.drops,
		Text: "datagrams lost: the receive buffer was full",
	})
	k.drops = now
}

// drops returns how many datagrams pc has lost for want of buffer.
func drops(pc net.PacketConn) (int64, error) {
	if d, ok := pc.(interface{ Drops() (int64, error) }); ok {
		return d.Drops()
	}
	n, err := kernel.Drops(pc)
	return int64(n), err
}

// addrPortOf returns a's IP address and port, or zero.
func addrPortOf(a net.Addr) netip.AddrPort {
	udp, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := udp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
