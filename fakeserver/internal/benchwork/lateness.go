package benchwork

import (
	"errors"
	"net"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// lateDelay is how late each message of a delayed server is to be.
const lateDelay = 5 * time.Millisecond

// coldAfter is how long nothing happens before a message: what waits for it sleeps soundly.
const coldAfter = time.Millisecond

// A delayed is a server whose messages are late, one after the other, and its client.
type delayed struct {
	Target
	client     net.Conn
	fromClient bool           // the messages that are late are the client's
	marks      chan time.Time // when the handler has a message, or is about to answer it
}

// A hold is how a handler makes a message late itself; nil: the plan does.
type hold func()

// holdAsleep is the baseline: what a test does that has no kit.
func holdAsleep() { time.Sleep(lateDelay) }

// newDelayed connects a client to a server whose handler calls what it is given with each message, and what answers that.
func newDelayed(network string, fromClient bool, h hold, start func(handle func(answer func())) (Target, error)) (*delayed, error) {
	d := &delayed{fromClient: fromClient, marks: make(chan time.Time, 1)}
	srv, err := start(func(answer func()) { d.handle(h, answer) })
	if err != nil {
		return nil, err
	}
	d.Target = srv
	if d.client, err = net.Dial(network, srv.Addr()); err != nil {
		return nil, errors.Join(err, srv.Close())
	}
	return d, d.client.SetDeadline(time.Now().Add(patience))
}

// handle is what the handler does with a message.
func (d *delayed) handle(h hold, answer func()) {
	if !d.fromClient {
		d.marks <- time.Now()
	}
	if h != nil {
		h()
	}
	if d.fromClient {
		d.marks <- time.Now()
	}
	answer()
}

// Close ends both.
func (d *delayed) Close() error { return errors.Join(d.client.Close(), d.Target.Close()) }

// lateness returns how much later than lateDelay a message is, the median of n, by took.
func (d *delayed) lateness(n int, took func() (time.Duration, error)) (time.Duration, error) {
	var all []time.Duration
	for range n {
		t, err := took()
		if err != nil {
			return 0, err
		}
		all = append(all, t-lateDelay)
	}
	slices.Sort(all)
	return all[n/2], nil
}

// seen returns how long a message was on its way, as its sender and its receiver see it, with the one clock of the
// process: from the moment at which the sender's call begins until the receiver's has returned.
func (d *delayed) seen() (time.Duration, error) {
	began, mark, ended, err := d.exchange()
	if d.fromClient {
		return mark.Sub(began), err
	}
	return ended.Sub(mark), err
}

// inside returns for how long the server had a message: from the handler's call until it leaves, which is just
// after its event, or from its event until the handler has it. There is no wire in that.
func (d *delayed) inside() (time.Duration, error) {
	_, mark, _, err := d.exchange()
	if err != nil {
		return 0, err
	}
	t := d.Target.(interface{ Transcript() transcript.Transcript }).Transcript()
	way := transcript.ToClient
	if d.fromClient {
		way = transcript.FromClient
	}
	var last transcript.Event
	for e := range t.All() {
		if e.Direction == way && len(e.Data) > 0 {
			last = e
		}
	}
	return t.Header().Start.Add(last.At).Sub(mark).Abs(), nil
}

// exchange makes one, and returns when it began, when the handler had it or was about to answer, and when the answer was there.
func (d *delayed) exchange() (began, mark, ended time.Time, err error) {
	p := make([]byte, 1)
	time.Sleep(coldAfter)
	began = time.Now()
	if _, err := d.client.Write(p); err != nil {
		return began, mark, ended, err
	}
	if _, err := d.client.Read(p); err != nil {
		return began, mark, ended, err
	}
	ended = time.Now()
	return began, <-d.marks, ended, nil
}
