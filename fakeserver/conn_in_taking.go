package fakeserver

import "sync/atomic"

// A taking keeps apart the reads of a socket, by one goroutine at a time, and its
// being torn down, by one that has woken the reader. It is what a lock would be, at a
// third of the cost for each read.
type taking struct {
	state atomic.Int32
	done  chan struct{} // closed when the read is over that was under way at stop
}

const (
	takingIdle int32 = iota
	takingBusy
	takingOver
)

// begin reports whether the socket may be read. If so, end follows.
func (t *taking) begin() bool { return t.state.CompareAndSwap(takingIdle, takingBusy) }

func (t *taking) end() {
	if !t.state.CompareAndSwap(takingBusy, takingIdle) {
		close(t.done)
	}
}

// stop waits for the read that is under way. There is none from then on. It is called
// once.
func (t *taking) stop() {
	t.done = make(chan struct{})
	for !t.state.CompareAndSwap(takingIdle, takingOver) {
		if t.state.CompareAndSwap(takingBusy, takingOver) {
			<-t.done
			return
		}
	}
}
