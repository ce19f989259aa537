package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// directOut is how outbound goes without rules: the handler writes the socket itself.
type directOut struct {
	direct
	out *outbound
}

func (d *directOut) write(p []byte, recorded bool) (sum int, err error) {
	for !d.adopt() {
		n, err := d.out.send(p[sum:], recorded, nil)
		if sum += n; err == errReplanned {
			d.restoreDeadline()
			continue
		}
		if n > 0 && err == nil {
			d.writes++
		}
		return sum, d.c.writeError(err)
	}
	return sum, errPumped
}

// adopt goes over to the server's plan. It reports whether the direction is pumped now. It
// needs calls.
func (d *directOut) adopt() (pumped bool) {
	if !d.stale() {
		return false
	}
	d.restoreDeadline() // first: a change that this does not see yet wakes the Write after it
	st := d.direct.adopt()
	if st == nil || d.out.isShut() {
		return false
	}
	p := newPumpedOut(d.out, st, d.prog)
	p.put(st.Tick(d.c.age())) // first: once it is the mode, another change of the plan is its affair
	d.goOver(p)
	p.start()
	return true
}

// goOver makes p the mode. The socket has no deadline then.
func (d *directOut) goOver(p *pumpedOut) {
	d.out.becomePumped(p, p.queue)
	d.c.setRawWriteDeadline(time.Time{})
}

func (d *directOut) replan() {
	if !d.out.calls.tryLock() {
		d.wakeWriter() // whatever has locked them sees to it as it unlocks them: that is soon, then
		return
	}
	if d.begun && d.out.mode == outMode(d) {
		d.adopt()
	}
	d.out.unlock()
}

func (d *directOut) closeWrite() error { return d.out.sendFIN() }

func (d *directOut) wakeHandler() { d.c.raw.SetWriteDeadline(past) }

func (d *directOut) setDeadline(t time.Time) error { return d.waker.setDeadline(d.c, t) }

// wakeWriter lets a Write that is under way end where the client has no more room, if there are
// rules for what it has left.
func (d *directOut) wakeWriter() {
	if !d.c.core.program().HasStream(d.c.n, d.way) || !socket.CanWriteNow(d.c.raw) {
		return
	}
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	if d.out.mode == outMode(d) {
		d.wake(d.c)
	}
}

// isWoken reports whether a Write is to leave the rest to other rules.
func (d *directOut) isWoken() bool {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	return d.woken && d.c.why == nil && d.out.mode == outMode(d)
}

func (d *directOut) restoreDeadline() {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	d.restore(d.c, d.out.deadline)
}

// What is written has left when the call returns.

func (d *directOut) after(note func()) { note() }

func (d *directOut) awaitRule() {}

func (d *directOut) awaitSent() {}

func (d *directOut) ended() <-chan struct{} { return nil }
