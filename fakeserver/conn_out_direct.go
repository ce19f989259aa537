package fakeserver

import "time"

// directOut is how outbound goes without rules: the handler writes the socket itself.
type directOut struct {
	direct
	out *outbound
}

func (d *directOut) write(p []byte, recorded bool) (int, error) {
	if d.adopt() {
		return 0, errPumped
	}
	n, err := d.out.send(p, recorded, nil)
	if n > 0 && err == nil {
		d.writes++
	}
	return n, d.c.writeError(err)
}

// adopt goes over to the server's plan. It reports whether the direction is pumped now. It
// needs calls.
func (d *directOut) adopt() (pumped bool) {
	if !d.stale() {
		return false
	}
	st := d.direct.adopt()
	if st == nil || d.out.isShut() {
		return false
	}
	p := newPumpedOut(d.out, st, d.prog)
	p.put(st.Tick(d.c.age())) // first: once it is the mode, another change of the plan is its affair
	d.out.becomePumped(p, p.queue)
	d.c.setRawWriteDeadline(time.Time{})
	p.start()
	return true
}

func (d *directOut) replan() {
	if !d.out.calls.tryLock() {
		return // whatever has locked them sees to it as it unlocks them
	}
	if d.begun && d.out.mode == outMode(d) {
		d.adopt()
	}
	d.out.unlock()
}

func (d *directOut) closeWrite() error { return d.out.sendFIN() }

func (d *directOut) wakeHandler() { d.c.raw.SetWriteDeadline(past) }

// setDeadline leaves it to the socket's past deadline that nothing blocks, where a rule ended
// the connection.
func (d *directOut) setDeadline(t time.Time) error {
	if d.c.why != nil {
		return nil
	}
	return d.c.raw.SetWriteDeadline(t)
}

// What is written has left when the call returns.

func (d *directOut) after(note func()) { note() }

func (d *directOut) awaitRule() {}

func (d *directOut) awaitSent() {}

func (d *directOut) ended() <-chan struct{} { return nil }
