package fakeserver

import (
	"errors"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// What the record says of a boundary that held, and of one that may not have.
const (
	confirmed   = "boundary confirmed"
	unconfirmed = "boundary unconfirmed: " // and why
	connEnded   = "the connection ended"
)

// unconfirmedPause is waited for at a boundary that can't be confirmed.
const unconfirmedPause = 5 * time.Millisecond

// A boundary finds out whether the client's process has read all that was sent
// so far, so that what is sent next can't be read together with it. Small
// writes, TCP_NODELAY, pauses and acknowledgements prove nothing: the client's
// receive queue must have been empty.
type boundary struct {
	c     *Conn
	queue *kernel.PeerQueue // nil until needed
	lost  error             // why the queue can't be asked
}

// confirm waits until the client has read everything, for as long as there is
// progress, and returns what the record says of it.
func (b *boundary) confirm() string {
	if left := b.c.awaitDelivery(); left > 0 {
		return unconfirmed + "the client's kernel does not take it"
	}
	var err error
	outcome := b.c.poll(noProgress, socket.PeerRead, func() (left int, ends bool) {
		left, err = b.unread()
		return left, err != nil || left == 0
	})
	switch {
	case err != nil:
		return unconfirmed + err.Error()
	case outcome == pollStuck:
		b.lost = errors.New("the client does not read")
		return unconfirmed + b.lost.Error()
	case outcome == pollEnded:
		return unconfirmed + connEnded
	}
	return b.settle()
}

// settle waits until the client's Read is over that took the last byte.
func (b *boundary) settle() string {
	if b.queue != nil {
		if d := b.queue.Settle(); d > 0 && !b.c.linger(nil, d) {
			return unconfirmed + connEnded
		}
	}
	return confirmed
}

// unread returns how many bytes lie in the client's receive queue.
func (b *boundary) unread() (int, error) {
	if n, err := socket.PeerUnread(b.c.raw); !errors.Is(err, errors.ErrUnsupported) {
		return n, err
	}
	if b.lost == nil && b.queue == nil {
		b.queue, b.lost = kernel.NewPeerQueue(b.c.raw)
	}
	if b.lost != nil {
		return 0, b.lost
	}
	n, err := b.queue.Unread()
	if errors.Is(err, kernel.ErrPeerGone) {
		err = errors.New("the client's socket is on another host, or closed")
	}
	return n, err
}

// awaitConnected waits, before an RST, until a client that has sent nothing yet has
// read something: while it is still connecting, the RST would be all that it gets.
func (b *boundary) awaitConnected() {
	sent := b.c.out.lane.Offset()
	if unread, _ := socket.Unread(b.c.raw); unread > 0 || b.c.in.lane.Offset() > 0 || sent == 0 {
		return
	}
	b.awaitRead(sent)
}

// awaitRead waits, for up to a second, until the client has read some of the sent
// bytes.
func (b *boundary) awaitRead(sent int64) {
	b.c.poll(time.Second, socket.PeerRead, func() (left int, ends bool) {
		left, err := b.unread()
		return left, err != nil || int64(left) < sent
	})
}

func (b *boundary) close() {
	if b != nil && b.queue != nil {
		b.queue.Close()
	}
}
