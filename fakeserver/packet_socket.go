package fakeserver

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// batchSize is how many datagrams one system call takes at most. What comes once for all of them, such as to ask which socket has
// sent them, costs little for each then.
const batchSize = 64

// What a datagram may have at most to be taken whole. UDP's has less. A unix socket's may have what its
// sender's buffer holds: at most 416 KiB, unless the host's administrator allows for more.
const (
	maxDatagram     = 64 << 10
	maxUnixDatagram = 1 << 20
)

// A packetSocket is the socket of a packet server between Up and Down.
type packetSocket struct {
	pc    net.PacketConn
	rec   *record.Recorder
	udp   *net.UDPConn  // pc, if it is the kernel's UDP; else nil
	batch *kernel.Batch // nil on another transport
	buf   []byte        // where there is no batch
	run   [][]byte      // what is handed on; the reader's, as the next
	size  int           // of the largest datagram of the last read
	more  bool          // the last read was full: more were there

	rounds   *atomic.Int64                 // the roster's
	overdue  atomic.Bool                   // a round is to be ended
	owners   *kernel.PeerSockets           // nil where the kernel can't tell
	looker   func(netip.AddrPort) sighting // look, or nil where nothing can be told
	seen     [batchSize]seenAt             // the last that were looked for
	nextSeen int
	reads    int64 // how many there were; the reader's

	stopping  atomic.Bool // the reader is to end, and leave what is there
	abandoned atomic.Bool // it did not: what it still reads is thrown away

	mu      sync.Mutex          // guards what follows
	dropped *kernel.DropCounter // nil on another transport
	drops   int64               // that are recorded
}

func newPacketSocket(pc net.PacketConn, r *roster) (*packetSocket, error) {
	sock := newSingleSocket(pc, r)
	if sock.udp == nil {
		return sock, nil
	}
	var err error
	if sock.batch, err = kernel.NewBatch(sock.udp, batchSize); err != nil {
		sock.release()
	}
	sock.buf = nil
	return sock, err
}

// newSingleSocket returns one that reads single datagrams.
func newSingleSocket(pc net.PacketConn, r *roster) *packetSocket {
	sock := &packetSocket{pc: pc, rec: r.c.rec, rounds: &r.rounds, buf: make([]byte, maxDatagram)}
	if isUnixgram(pc) {
		sock.buf = make([]byte, maxUnixDatagram)
	}
	sock.udp, _ = pc.(*net.UDPConn)
	sock.dropped, _ = kernel.NewDropCounter(pc)
	if owners, err := kernel.NewPeerSockets(pc); err == nil {
		sock.owners, sock.looker = owners, sock.look
	} else if sock.udp != nil {
		r.noteBlind(err)
	}
	return sock
}

// release gives up what the socket has besides pc. A reader that was given up on keeps what it reads into.
func (k *packetSocket) release() {
	if k.batch != nil && !k.abandoned.Load() {
		k.batch.Close()
	}
	if k.owners != nil {
		k.owners.Close()
	}
}

// receive waits for datagrams and hands them to in. It returns how many there were.
func (k *packetSocket) receive(in *packetsIn) (int, error) {
	if k.batch == nil {
		return k.receiveOne(in)
	}
	return k.deliver(in, k.batch.ReadInto)
}

// receiveNow is receive for what has arrived. If nothing has, its error is a timeout.
func (k *packetSocket) receiveNow(in *packetsIn) (int, error) {
	if k.batch != nil {
		return k.deliver(in, k.batch.ReadNowInto)
	}
	if n, err := socket.Waiting(k.pc); err == nil {
		if n == 0 {
			return 0, os.ErrDeadlineExceeded
		}
		return k.receive(in)
	}
	k.pc.SetReadDeadline(time.Now().Add(time.Millisecond))
	return k.receive(in)
}

// send sends one datagram.
func (k *packetSocket) send(p *peer, b []byte) error {
	if k.udp != nil && p.ap.IsValid() {
		_, err := k.udp.WriteToUDPAddrPort(b, p.ap)
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
	if isUnixgram(k.pc) {
		k.pc.SetWriteDeadline(past)
	}
}

func isUnixgram(pc net.PacketConn) bool { return isUnixgramAddr(pc.LocalAddr()) }

func isUnixgramAddr(a net.Addr) bool { return a.Network() == "unixgram" }

// deaf is the error of a ReadFrom that goes on nevertheless.
func (k *packetSocket) deaf() error {
	return fmt.Errorf("the ReadFrom of %T did not return within %v of its deadline, nor of its Close", k.pc, closeGrace)
}

// noteDrops records what the kernel has lost since the last call.
func (k *packetSocket) noteDrops() {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := k.countDropsLocked()
	if err != nil || now == k.drops {
		return
	}
	k.rec.Add(transcript.Event{
		Direction: transcript.FromClient, Kind: transcript.Drop, Count: now - k.drops,
		Text: "datagrams lost: the receive buffer was full",
	})
	k.drops = now
}

// countDropsLocked needs mu.
func (k *packetSocket) countDropsLocked() (int64, error) {
	if k.dropped == nil {
		return socket.Drops(k.pc)
	}
	n, err := k.dropped.Drops()
	return int64(n), err
}
