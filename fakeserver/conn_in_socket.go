package fakeserver

import (
	"net"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// minRead is the least room that a read gets. A block's last bytes are left
// rather than filled by tiny reads.
const minRead = 256

// ruledRead is minRead where rules decide: up to that, what the client wrote at once is
// recorded in one piece, and only rules cut it.
const ruledRead = 4 << 10

// take reads the socket, unless it is torn down: what was counted as unread then must
// not be read after all.
func (in *inbound) take(p []byte) (int, error) { return in.takeBy(in.c.raw.Read, p) }

// takeNow is take for what has arrived.
func (in *inbound) takeNow(p []byte) (int, error) {
	return in.takeBy(func(p []byte) (int, error) { return socket.ReadNow(in.c.raw, p) }, p)
}

func (in *inbound) takeBy(read func([]byte) (int, error), p []byte) (int, error) {
	if !in.gate.begin() {
		return 0, in.c.opError("read", net.ErrClosed)
	}
	n, err := read(p)
	in.got.Add(int64(n))
	in.gate.end()
	return n, err
}

// A readGate keeps apart the reads of a socket, by one goroutine at a time, and its
// being torn down, by one that has woken the reader. It is what a lock would be, at a
// third of the cost for each read.
type readGate struct {
	state atomic.Int32
	done  chan struct{} // closed when the read is over that was under way at stop
}

const (
	gateIdle int32 = iota
	gateReading
	gateClosed
)

// begin reports whether the socket may be read. If so, end follows.
func (g *readGate) begin() bool { return g.state.CompareAndSwap(gateIdle, gateReading) }

func (g *readGate) end() {
	if !g.state.CompareAndSwap(gateReading, gateIdle) {
		close(g.done)
	}
}

// stop waits for the read that is under way. There is none from then on. It is called
// once.
func (g *readGate) stop() {
	g.done = make(chan struct{})
	for !g.state.CompareAndSwap(gateIdle, gateClosed) {
		if g.state.CompareAndSwap(gateReading, gateClosed) {
			<-g.done
			return
		}
	}
}
