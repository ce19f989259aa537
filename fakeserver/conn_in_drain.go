package fakeserver

import "time"

// After our FIN the client may still send. Closing with unread input would turn
// the FIN into an RST, so it is read and thrown away: until the client ends its
// direction, or sends nothing for drainIdle, or goes on for drainTotal. It is drainBytes at most:
// a client that writes until it fails takes no time at all in a bubble.
const (
	drainIdle  = 5 * time.Second
	drainTotal = 30 * time.Second
	drainBytes = 256 << 20
)

// A drain knows when to stop discarding. It belongs to what reads the socket.
type drain struct {
	in    *inbound
	since time.Time // when the last bytes came
	bytes int64     // how many have come since the connection is being buried
}

// took counts n bytes.
func (d *drain) took(n int) {
	d.since = time.Now()
	if d.in.c.burial.begun() {
		d.bytes += int64(n)
	}
}

// until returns when there is no reason to wait for more to discard: our FIN has
// left, and then nothing came for long enough, or too much. It is zero, which is never,
// before the FIN leaves, which wakes the read, unless too much has come by then.
func (d *drain) until() time.Time {
	if d.bytes > drainBytes {
		return past
	}
	left := d.in.c.out.finishedAt()
	if !d.in.discard.Load() || left.IsZero() {
		return time.Time{}
	}
	quiet := left
	if d.since.After(quiet) {
		quiet = d.since
	}
	return earliest(quiet.Add(drainIdle), left.Add(drainTotal))
}

// arm lets the next read of the socket return in time for the end of the drain, and for alarm.
// It reports false if a wake-up for that read may have been overwritten: look again.
func (d *drain) arm(alarm time.Time) bool {
	discards, until := d.in.discard.Load(), d.until()
	d.in.c.setRawReadDeadline(earliest(alarm, until))
	return d.in.discard.Load() == discards && d.until().Equal(until)
}

// wakeDrain lets a read that discards look at the time again: our FIN leaves.
func (in *inbound) wakeDrain() {
	if in.discard.Load() {
		in.c.setRawReadDeadline(past)
	}
}
