package fakeserver

import (
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A pump reads the socket so that the handler's reads are what they are without
// rules, and never past an offset at which a rule acts.

// minRead is the least room that a read gets. A block's last bytes are left
// rather than filled by tiny reads.
const minRead = 256

// ruledRead is minRead where rules decide: up to that, what the client wrote at once is
// recorded in one piece, and only rules cut it.
const ruledRead = 4 << 10

// unknownAge lets the plan decide at the age that the connection has by then.
const unknownAge = -1

// readNext reads into the lane's buffer what may be taken. It returns how much that
// was, and the age at which the plan has to decide about it.
func (in *inbound) readNext() (n int, age time.Duration, err error) {
	in.settle()
	buf := in.lane.Buffer(in.leastRoom())
	buf = buf[:min(int64(len(buf)), in.mayRead())]
	if in.isRuled() && in.stream.Room() < int64(len(buf)) {
		if in.stream.Looks() && in.canPeek() {
			return in.readLooking(buf)
		}
		buf = buf[:in.stream.Room()]
	}
	n, err = in.take(buf)
	in.leaves(n == len(buf))
	return n, unknownAge, err
}

// readLooking is readNext where rules wait for certain bytes: it looks at what has
// arrived before it takes any of it.
func (in *inbound) readLooking(buf []byte) (n int, age time.Duration, err error) {
	arrived, err := in.peeker.Peek(buf)
	if err != nil {
		return 0, unknownAge, in.c.asOpError("read", err)
	}
	age = in.c.age()
	reach := in.stream.Reach(buf[:arrived], age)
	if reach == 0 || in.stale() { // a rule acts before these bytes, or there are others
		return 0, unknownAge, os.ErrDeadlineExceeded
	}
	n, err = in.takeBy(in.peeker.Take, buf[:reach])
	in.leaves(n < arrived || arrived == len(buf))
	return n, age, err
}

// leaves takes note of whether something may be left in the socket that arrived together
// with what was read.
func (in *inbound) leaves(something bool) {
	if in.left = something; something {
		in.queue.expect(true)
	}
}

// canPeek reports whether what has arrived can be looked at without taking it.
func (in *inbound) canPeek() bool {
	if !in.asked {
		in.peeker, in.asked = socket.NewPeeker(in.c.raw), true
	}
	return in.peeker != nil
}

// settle lets the handler have what was put, if nothing more has arrived that it would
// get together with that.
func (in *inbound) settle() {
	if in.queue == nil || !in.queue.expects() {
		return
	}
	if in.left {
		n, err := socket.Unread(in.c.raw)
		in.left = n > 0 && err == nil
	}
	if !in.left {
		in.queue.expect(false)
	}
}

func (in *inbound) leastRoom() int {
	if in.isRuled() {
		return ruledRead
	}
	return minRead
}

// mayRead returns how much the next read may take: no more than the queue has room
// for.
func (in *inbound) mayRead() int64 {
	if in.queue == nil || in.discard.Load() {
		return readAhead
	}
	return max(1, min(in.queue.room(), in.queue.freeSteps())) // each byte may become a step
}
