package fakeserver

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An outage is a time for which a server refuses what is new, or gives it no answer: a rule's, or
// that of a call of Restart.
type outage struct {
	rule    string            // the rule's key; empty: it is a call's
	account any               // by which the plan knows its rule
	lasts   time.Duration     // fault.Forever: until Up; zero: it is over at once
	ignores bool              // dials get no answer; else what is new is refused
	restart bool              // what the server has ends, too
	how     transcript.Ending // its connections do
	trigger *Conn             // which ends by itself, at its byte; nil if there is none

	until time.Time     // when it is over; zero: it does not end by itself
	over  chan struct{} // closed when Up ends it
	begun chan struct{} // closed when the server refuses, or never will
	then  func()        // called then; or nil
}

func (o *outage) init() *outage {
	o.over, o.begun = make(chan struct{}), make(chan struct{})
	return o
}

// newOutage returns one that a datagram brings about. then, if it is not nil, is called when the
// server refuses, or never will.
func newOutage(o decide.Outage, then func()) *outage {
	return (&outage{rule: o.Rule, account: o.Account, lasts: o.For, restart: o.Restart, then: then}).init()
}

// key returns the key of the outage's rule; empty, if there is none, or no outage.
func (o *outage) key() string {
	if o == nil {
		return ""
	}
	return o.rule
}

// why says in the record why the server does so.
func (o *outage) why() string {
	switch {
	case o.restart:
		return "restart"
	case o.ignores:
		return "unanswered"
	}
	return "down"
}

// Outages are all that keeps a server from taking what is new. A server is down for as long as
// any of them lasts, or its method Down says so. Each has a goroutine of its own.
type outages struct {
	life lock // held by Down, Up, IgnoreDials, Restart, Close and outages: one at a time

	c         *core
	port      refuser
	refusal   error // why the plan can't take the server down; nil if it can
	noSilence error // why it can't let dials go without an answer; nil if it can

	// Under life.
	byHand  stance    // that of the method that was called last: Down, IgnoreDials or Up
	lasting []*outage // in the order in which they began
}

// begin lets an outage begin, and returns a channel that is closed when the server refuses. Its
// caller is one of the server's goroutines. It may hold locks: nothing that has life waits for
// those.
func (a *outages) begin(o *outage) (begun <-chan struct{}) {
	a.c.wg.Add(1)
	go a.run(o)
	return o.begun
}

// run is an outage, from its beginning to its end.
func (a *outages) run(o *outage) {
	defer a.c.wg.Done()
	end, err := a.start(o)
	close(o.begun)
	if o.then != nil {
		o.then()
	}
	if end != nil {
		err = errors.Join(err, end())
	}
	if err == nil {
		err = a.await(o)
	}
	if err != nil {
		a.failed(o, err)
	}
}

// start lets the server refuse, and returns what ends what it has.
func (a *outages) start(o *outage) (end func() error, err error) {
	if !a.lock() {
		return nil, nil
	}
	defer a.life.unlock()
	return a.startLocked(o)
}

// ended returns a channel that is closed when the server is: no outage begins or ends any more.
func (a *outages) ended() <-chan struct{} {
	if a.c.shut != nil {
		return a.c.shut
	}
	return a.c.ctx.Done()
}

// lock locks life, unless the server is closed, and reports whether it did.
func (a *outages) lock() bool {
	if !a.life.lockUnless(a.ended()) {
		return false
	}
	if isClosedChan(a.ended()) {
		a.life.unlock()
		return false
	}
	return true
}

// startLocked is start. It needs life.
func (a *outages) startLocked(o *outage) (end func() error, err error) {
	if err := a.assumeLocked(o); err != nil {
		return nil, err
	}
	if o.restart {
		end = a.port.restart(o)
	}
	if o.lasts == 0 {
		return end, a.settleLocked(o)
	}
	a.lastLocked(o)
	return end, nil
}

// lastLocked lets the outage last, from now on. It needs life.
func (a *outages) lastLocked(o *outage) {
	if o.lasts != fault.Forever {
		o.until = time.Now().Add(o.lasts)
	}
	a.lasting = append(a.lasting, o)
}

// await waits until the outage is over, and lets the server take what is new again.
func (a *outages) await(o *outage) error {
	for o.lasts > 0 && !hasPassed(o.until) {
		changed := a.c.planChanged()
		if o.rule != "" && !a.c.program().HasRule(o.account) {
			break
		}
		if !a.sleep(o, changed) {
			return nil
		}
	}
	if !a.lock() {
		return nil
	}
	defer a.life.unlock()
	i := slices.Index(a.lasting, o)
	if i < 0 {
		return nil
	}
	a.lasting = slices.Delete(a.lasting, i, i+1)
	return a.settleLocked(o)
}

// sleep waits for the plan to change, or for the time at which the outage is over. It reports
// false if Up has ended it, or the server is closed.
func (a *outages) sleep(o *outage, changed <-chan struct{}) bool {
	at := a.c.alarmAt(o.until)
	defer at.Stop()
	select {
	case <-changed:
		return true
	case <-at.C:
		return true
	case <-o.over:
		return false
	case <-a.ended():
		return false
	}
}

// endAllLocked ends all outages: the server's Up is called. It needs life.
func (a *outages) endAllLocked() {
	a.byHand = taking
	for _, o := range a.lasting {
		close(o.over)
	}
	a.lasting = nil
}

// failed records that an outage did not begin or end as it was to, and fails Verify.
func (a *outages) failed(o *outage, err error) {
	a.c.rec.Add(transcript.Event{Kind: transcript.Error, Rule: o.rule, Text: o.why() + ": " + err.Error()})
	a.c.fail(fmt.Errorf("fakeserver: %s: %s: %w", a.c.name, o.why(), err))
}

// restartNow is Restart: an outage that begins before it returns.
func (a *outages) restartNow(o *outage, canRefuse func() error) error {
	if o.lasts < 0 {
		return fmt.Errorf("it would be down for %v: want 0 or more", o.lasts)
	}
	end, err := a.startAlone(o.init(), canRefuse)
	if end != nil {
		err = errors.Join(err, end())
	}
	return err
}

// startAlone is start for an outage that is not begun by one of the server's goroutines.
func (a *outages) startAlone(o *outage, canRefuse func() error) (end func() error, err error) {
	a.life.lock()
	defer a.life.unlock()
	if isClosedChan(a.ended()) {
		return nil, net.ErrClosed
	}
	if err := canRefuse(); err != nil {
		return nil, err
	}
	if end, err = a.startLocked(o); err == nil && o.lasts > 0 {
		a.c.wg.Add(1) // Close needs life before it waits
		go a.awaitAlone(o)
	}
	return end, err
}

func (a *outages) awaitAlone(o *outage) {
	defer a.c.wg.Done()
	if err := a.await(o); err != nil {
		a.failed(o, err)
	}
}
