package fakeserver

import "sync/atomic"

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
