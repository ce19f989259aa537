package fakeserver

import (
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A relay passes on what a client and an upstream say to each other. Each direction has a goroutine, and the handler's own
// watches how the two sides end: what one of them does is passed on when what came before it has been.
type relay struct {
	c  *Conn
	up *upstreamConn

	there chan struct{} // closed when nothing goes on to the upstream any more
	back  chan struct{} // and to the client

	edits, editsBack editor

	shared bool   // what one leg has recorded, the other may record without a copy
	buf    []byte // of what comes from the client, where it is not
	filled bool   // by the latest read
	torn   bool   // the client's RST is known of, though it may not have been read yet; watch's
}

func newRelay(p Proxy, c *Conn, up *upstreamConn) *relay {
	up.to.Follow(c.in.lane)
	c.out.lane.Follow(up.from)
	return &relay{
		c: c, up: up, there: make(chan struct{}), back: make(chan struct{}), shared: c.core.recordLimit == 0,
		edits: newEditor(p.Rewrites, transcript.FromClient), editsBack: newEditor(p.Rewrites, transcript.ToClient),
	}
}

// run relays until both sides have ended. What is left to do with the upstream then is done aside: neither leg's end waits
// for the other's.
func (r *relay) run() {
	go r.goThere()
	go r.goBack()
	how := r.watch()
	r.up.interrupt("the connection ended")
	<-r.there
	<-r.back
	r.c.core.wg.Add(1)
	go r.up.finish(how)
}

// lookEvery is how often the legs that nothing reads are looked at.
const lookEvery = 100 * time.Millisecond

// watch waits for an end, and returns how the upstream's leg is to end.
func (r *relay) watch() ending {
	clientReset, upReset := socket.WasReset(r.c.raw), socket.WasReset(r.up.base)
	var look <-chan time.Time
	if isTCP(r.c.raw) || isTCP(r.up.base) {
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		look = t.C
	}
	there, back := r.there, r.back
	for there != nil || back != nil {
		client, up := r.c.next(), r.up.next()
		switch {
		case r.c.isDoomed():
			return r.endByClientLeg()
		case r.torn || r.c.sawReset():
			return r.passClientReset()
		case r.up.isBroken():
			return r.passUpstreamReset()
		}
		select {
		case <-client:
		case <-up:
		case <-there:
			there = nil
		case <-back:
			back = nil
		case <-clientReset:
			clientReset, r.torn = nil, true
		case <-upReset:
			upReset = nil
			r.up.tear()
		case <-look:
			r.look()
		}
	}
	return inOrder
}

// look finds out about an RST while nothing reads the socket that it has come to.
func (r *relay) look() {
	r.torn = r.torn || r.c.isTorn()
	if r.up.isReset() {
		r.up.tear()
	}
}

// endByClientLeg ends the upstream's leg as the client's was ended, by a rule or by the test.
func (r *relay) endByClientLeg() ending {
	arrived, how := r.awaitThere(), r.c.ending()
	switch {
	case how < byReset:
		return how
	case arrived:
		return byReset // what came before it still reaches the upstream
	}
	return atOnce
}

// passClientReset passes the client's RST on.
func (r *relay) passClientReset() ending {
	if !r.awaitThere() {
		return atOnce
	}
	return byReset
}

// passUpstreamReset passes the upstream's RST on, or another error of its connection.
func (r *relay) passUpstreamReset() ending {
	switch {
	case !r.awaitMoving(r.back, r.c.moved):
		r.c.end(atOnce, net.ErrClosed) // there is nothing more to wait for
		r.c.reset("")
	case r.c.breakOff() != nil: // it has ended meanwhile
		return r.c.ending()
	}
	return inOrder
}

// awaitThere lets what came from the client before its end reach the upstream. It reports whether it has.
func (r *relay) awaitThere() (ended bool) { return r.awaitMoving(r.there, r.up.moved) }

// awaitMoving waits for a direction to end, for as long as something in it moves within noProgress, and the server is not
// closed. It reports whether it has ended.
func (r *relay) awaitMoving(done <-chan struct{}, moved func() progressMark) bool {
	for last, since := moved(), time.Now(); !isClosedChan(done); {
		if !r.c.core.linger(done, lookEvery) {
			break
		}
		if now := moved(); now != last {
			last, since = now, time.Now()
		} else if time.Since(since) >= noProgress {
			break
		}
	}
	return isClosedChan(done)
}

// A progressMark is how far a direction has come. While the other end's kernel takes nothing, it stays the same.
type progressMark struct{ offset, unacked int64 }

func (u *upstreamConn) moved() progressMark { return progressMark{u.to.Offset(), u.unacked()} }

func (c *Conn) moved() progressMark { return progressMark{c.out.lane.Offset(), c.undelivered()} }

func isTCP(c net.Conn) bool {
	_, is := c.(*net.TCPConn)
	return is
}
