package fakeserver

import (
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// How inbound's pump reads the socket: so that the handler's reads are what they are without
// rules, and never past an offset at which a rule acts.

// unknownAge lets the plan decide at the age that the connection has by then.
const unknownAge = -1

// A look is what a pump knows of what has arrived.
type look struct {
	in     *inbound
	peeker socket.Peeker // nil: there is none
	asked  bool          // whether there is one
	left   bool          // the latest read may have left something in the socket
}

// readNext reads into the lane's buffer what may be taken. It returns how much that
// was, and the age at which the plan has to decide about it.
func (p *pumpedIn) readNext() (n int, age time.Duration, err error) {
	p.letGo()
	if !p.decides() {
		buf := p.lane.Buffer(minRead)
		n, err = p.in.take(buf[:min(int64(len(buf)), p.mayRead())])
		p.expectMore(n == len(buf))
		return n, unknownAge, err
	}
	buf := p.lane.Buffer(ruledRead)
	buf = buf[:min(int64(len(buf)), p.mayRead())]
	if room := p.stream.Room(); room < int64(len(buf)) {
		if p.stream.Looks() && p.look.canPeek() {
			return p.readLooking(buf)
		}
		buf = buf[:room]
	}
	n, err = p.in.take(buf)
	p.expectMore(n == len(buf))
	return n, unknownAge, err
}

// mayRead returns how much the next read may take: no more than the queue has room
// for.
func (p *pumpedIn) mayRead() int64 {
	if p.in.discard.Load() {
		return readAhead
	}
	return max(1, min(p.queue.room(), p.queue.freeSteps())) // each byte may become a step
}

// readLooking is readNext where rules wait for certain bytes: it looks at what has
// arrived before it takes any of it.
func (p *pumpedIn) readLooking(buf []byte) (n int, age time.Duration, err error) {
	arrived, err := p.look.peeker.Peek(buf)
	if err != nil {
		return 0, unknownAge, p.c.asOpError("read", err)
	}
	age = p.c.age()
	reach := p.stream.Reach(buf[:arrived], age)
	if reach == 0 || p.stale() { // a rule acts before these bytes, or there are others
		return 0, unknownAge, os.ErrDeadlineExceeded
	}
	n, err = p.in.takeBy(p.look.peeker.Take, buf[:reach])
	p.expectMore(n < arrived || arrived == len(buf))
	return n, age, err
}

// canPeek reports whether what has arrived can be looked at without taking it.
func (l *look) canPeek() bool {
	if !l.asked {
		l.peeker, l.asked = socket.NewPeeker(l.in.c.raw), true
	}
	return l.peeker != nil
}

// expectMore takes note of whether something may be left in the socket that arrived together
// with what was read: then the handler gets both together.
func (p *pumpedIn) expectMore(left bool) {
	if p.look.left = left; left {
		p.queue.expect(true)
	}
}

// letGo lets the handler have what was put, if nothing more has arrived that it would
// get together with that.
func (p *pumpedIn) letGo() {
	if !p.queue.expects() {
		return
	}
	if p.look.left {
		n, err := socket.Unread(p.c.raw)
		p.look.left = n > 0 && err == nil
	}
	if !p.look.left {
		p.queue.expect(false)
	}
}
