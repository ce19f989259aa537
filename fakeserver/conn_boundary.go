package fakeserver

import (
	"errors"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// confirmed is what the record says of a boundary that held.
const confirmed = "boundary confirmed"

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
		return "boundary unconfirmed: the client's kernel does not take it"
	}
	pause, since, before := firstPoll, time.Now(), -1
	for {
		read := socket.PeerRead(b.c.raw)
		n, err := b.unread()
		switch {
		case err != nil:
			return "boundary unconfirmed: " + err.Error()
		case n == 0:
			return b.settle()
		case before < 0 || n < before:
			since, pause, before = time.Now(), firstPoll, n
		case time.Since(since) >= noProgress:
			b.lost = errors.New("the client does not read")
			return "boundary unconfirmed: " + b.lost.Error()
		}
		if read != nil {
			pause = noProgress // there is no need to ask again before
		}
		if !b.c.sleep(read, time.Now().Add(pause)) {
			return "boundary unconfirmed: the connection ended"
		}
		pause = min(2*pause, lastPoll)
	}
}

// settle waits until the client's Read is over that took the last byte.
func (b *boundary) settle() string {
	if b.queue != nil {
		if d := b.queue.Settle(); d > 0 && !b.c.sleep(nil, time.Now().Add(d)) {
			return "boundary unconfirmed: the connection ended"
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
	pause := firstPoll
	for since := time.Now(); time.Since(since) < time.Second; pause = min(2*pause, lastPoll) {
		read := socket.PeerRead(b.c.raw)
		if n, err := b.unread(); err != nil || int64(n) < sent {
			return
		}
		if read != nil {
			pause = time.Until(since.Add(time.Second))
		}
		if !b.c.sleep(read, time.Now().Add(pause)) {
			return
		}
	}
}

func (b *boundary) close() {
	if b != nil && b.queue != nil {
		b.queue.Close()
	}
}
