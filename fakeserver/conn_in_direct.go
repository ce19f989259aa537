package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// directIn is how inbound goes without rules: the handler reads the socket itself.
type directIn struct {
	direct
	in     *inbound
	large  bool  // the last readRecord had bulkRead bytes or more; under calls
	bulk   bulk  // under calls
	drains drain // under calls
}

func (d *directIn) read(p []byte) (int, error) {
	for {
		if err := d.c.check("read"); err != nil {
			return 0, err
		}
		if d.adopt(0) {
			return 0, errPumped
		}
		n, err := d.in.take(p)
		if n > 0 && d.c.isDoomed() {
			d.throwAway(copy(d.lane.Buffer(n), p[:n]))
			continue
		}
		if n > 0 && d.stale() && d.adopt(copy(d.lane.Buffer(n), p[:n])) {
			return 0, errPumped
		}
		if n > 0 {
			d.lane.Append(transcript.Data, p[:n])
		} else if d.wasWoken(err) {
			continue
		}
		return n, d.c.readError(err)
	}
}

func (d *directIn) readRecord() (p []byte, ok bool, err error) {
	for {
		if err := d.c.check("read"); err != nil {
			return nil, true, err
		}
		if d.adopt(0) {
			return nil, false, nil
		}
		n, err := d.takeSome(d.lane.Buffer(minRead))
		if n > 0 && d.c.isDoomed() {
			d.throwAway(n)
			continue
		}
		if n > 0 && d.adopt(n) {
			return nil, false, nil
		}
		if n > 0 {
			p = d.lane.Commit(transcript.Data, n)
		} else if d.wasWoken(err) {
			continue
		}
		return p, true, d.c.readError(err)
	}
}

// takeSome is take for readRecord.
func (d *directIn) takeSome(p []byte) (n int, err error) {
	if d.large {
		n, err = d.bulk.take(p)
	} else {
		n, err = d.in.take(p)
	}
	d.large = n >= bulkRead
	return n, err
}

// adopt goes over to the server's plan. It reports whether the direction is pumped now. The
// next n bytes are in the lane's buffer already: the new plan decides about them, too. It needs
// calls.
func (d *directIn) adopt(n int) (pumped bool) {
	if !d.stale() {
		return false
	}
	d.restoreDeadline() // first: a change that this does not see yet wakes the read after it
	st := d.direct.adopt()
	if st == nil {
		return false
	}
	p := newPumpedIn(d.in, st, d.prog)
	d.in.becomePumped(p, p.queue)
	d.c.setRawReadDeadline(time.Time{})
	p.start(st.Tick(d.c.age()), false, n)
	return true
}

func (d *directIn) replan() {
	if !d.in.calls.tryLock() {
		d.wakeReader() // which will do it
		return
	}
	if d.begun && d.isMode() {
		d.adopt(0)
	}
	d.in.unlock()
}

// isMode reports whether the direction isn't pumped yet. It needs calls.
func (d *directIn) isMode() bool { return d.in.mode == inMode(d) }

func (d *directIn) readsOn() bool { return false }

// Without a queue, the handler leaves nothing unread but what lies in the socket.

func (d *directIn) leaveUnread() {}

func (d *directIn) nameUnread() {}

func (d *directIn) followed(int) {}

// drain reads instead of the handler.
func (d *directIn) drain() {
	d.in.calls.lock()
	if d.isMode() {
		d.discard()
		d.in.calls.unlock()
		return
	}
	d.in.calls.unlock() // there came rules just before the end
	d.in.now().drain()
}

// discard reads until there is an end to it. It needs calls.
func (d *directIn) discard() {
	if d.c.sawEnd() {
		return // the handler has read that
	}
	for !d.c.mustNotWait() {
		if !d.drains.arm(time.Time{}) {
			continue
		}
		n, err := d.in.take(d.lane.Buffer(minRead))
		if n > 0 {
			d.throwAway(n)
		}
		if isTimeout(err) && !hasPassed(d.drains.until()) { // or only woken
			continue
		}
		if err != nil {
			d.c.readError(err)
			return
		}
	}
	d.in.takeRest()
}

// throwAway discards n bytes in the lane's buffer. They may be those of a Read that the end has
// woken: what came before it ran again may be the client's answer to our FIN, and is not the
// handler's any more.
func (d *directIn) throwAway(n int) {
	d.drains.took(n)
	d.lane.Commit(transcript.Discarded, n)
}

func (d *directIn) wakeHandler() { d.c.raw.SetReadDeadline(past) }

func (d *directIn) setDeadline(t time.Time) error { return d.waker.setDeadline(d.c, t) }

// wakeReader makes a Read that is blocked in the socket look again.
func (d *directIn) wakeReader() {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	d.wake(d.c)
}

// wasWoken reports whether a read of the socket ended because of wakeReader, and gives the
// socket the handler's deadline again.
func (d *directIn) wasWoken(err error) bool {
	if !isTimeout(err) {
		return false
	}
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	return !hasPassed(d.in.deadline) && d.restore(d.c, d.in.deadline)
}

func (d *directIn) restoreDeadline() {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	d.restore(d.c, d.in.deadline)
}
