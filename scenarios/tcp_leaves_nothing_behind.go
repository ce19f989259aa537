package scenarios

import (
	"context"
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/subject"
)

// LeavesNothingBehind is the promise of a TCP client that leaves no goroutine, no
// connection and no descriptor behind: when Do has returned, on a healthy wire, after
// a refused connection, after a reset and a FIN in the middle of its reply, and at its
// deadline; the same where they come in a message before that, such as a greeting; and after Close of a Session, in which it asked once. What it started may
// take Within to end, and gets no help: the context is canceled later, and the garbage
// collector, which closes connections that nothing refers to any more, stands still.
//
// The goroutines looked at are those that Do, Open, Ask and Close have started, and
// those that these have started. What a package starts once and for all belongs to
// the first of them; so there is one exchange before.
//
// The connections are those that the server accepted; the server must see each end.
// Descriptors are looked at where a process can list its own, on Linux: they are those
// of the client's ends of these connections. In memory, an end that was not closed counts
// as a descriptor does. Where a server can't refuse connections without giving its port
// up (it can on Linux), that is left out.
var LeavesNothingBehind = Promise[TCPClient]{
	variable: "LeavesNothingBehind",
	Name:     "leaves nothing behind",
	Why: "An outage made ten thousand calls fail, and then the program was out of memory, or of descriptors. Each failed call had left " +
		"a goroutine that waits forever, or a socket that an early return forgot to close.",
	Labels: []string{"tcp", "fault:refused", "fault:reset", "fault:close", "fault:stall"},
	check:  checkLeavesNothingBehind,
}

func checkLeavesNothingBehind(ctx context.Context, subject func() TCPClient) error {
	all, err := learnMessages(ctx, subject)
	if err != nil {
		return err
	}
	leaves := leavesOf(ctx, all)
	if c, _ := subject().client(); c.open != nil {
		if _, err := answers(ctx, subject, 1); err != nil {
			return err
		}
		leaves = append(leaves, leave{trial: trial{what: "after a session on a healthy wire"}, after: leaveAfterSession})
	}
	return tryEach(oneByOne, subject, len(leaves), func(i int, subject func() TCPClient) error {
		l := leaves[i]
		if l.then == nil {
			return onWire(ctx, subject, l.trial, l.after)
		}
		return relayed(ctx, subject, newRelay(l.at, l.then), l.trial, l.after, onWire)
	})
}

// A leave is an exchange of which nothing is to be left.
type leave struct {
	trial
	at    place
	then  event // happens there; nil: nothing does
	after func(d *dialogue) error
}

// leavesOf returns exchanges on a healthy wire, with a server that refuses, and with one of
// whose messages something happens in the middle: the answer, and those before it.
func leavesOf(ctx context.Context, all []message) []leave {
	leaves := []leave{{trial: trial{what: "after an exchange on a healthy wire"}, after: leaveAfterDo}}
	leaves = append(leaves, spoiled(answerOf(all), "its reply")...)
	if canRefuse(ctx) {
		leaves = append(leaves, leave{trial: trial{what: "after a refused connection", ready: fakes.refuse}, after: leaveAfterDo})
	}
	for _, m := range setUpOf(all) {
		leaves = append(leaves, spoiled(m, m.String())...)
	}
	return leaves
}

// spoiled returns exchanges in which something happens in the middle of a message.
func spoiled(m message, where string) (leaves []leave) {
	for _, e := range []struct {
		text string
		then event
	}{{"a reset", resetHere}, {"a FIN", closeHere}, {"a stall", stallHere}} {
		what := fmt.Sprintf("after %s in the middle of %s", e.text, where)
		leaves = append(leaves, leave{trial{what: what}, halfOf(m), e.then, leaveAfterDo})
	}
	return leaves
}

// leaveAfterDo wants nothing to be left of an exchange.
func leaveAfterDo(d *dialogue) error {
	defer subject.StopCollection()()
	return subject.Branded(d.ctx, func(b brand) error {
		do := d.client.do
		d.client.do = func(ctx context.Context, addr string) (string, error) {
			kept, cancel := keep(ctx, d)
			defer cancel()
			return do(kept, addr)
		}
		if o := d.do(); o.err != nil && !o.failed() {
			return o.err
		}
		return wantNothingLeft(d, b)
	})
}

// leaveAfterSession wants nothing to be left of a session.
func leaveAfterSession(d *dialogue) error {
	defer subject.StopCollection()()
	return subject.Branded(d.ctx, func(b brand) error {
		if err := d.open(); err != nil {
			return err
		}
		ask := d.session.Ask
		d.session.Ask = func(ctx context.Context, n int) (string, error) {
			kept, cancel := keep(ctx, d)
			defer cancel()
			return ask(kept, n)
		}
		if o := d.ask(1); o.err != nil && !o.failed() {
			return o.err
		}
		if err := d.close(); err != nil {
			return err
		}
		return wantNothingLeft(d, b)
	})
}

// keep returns a context that is done when ctx is, but not by the end of the call
// that ctx is for, which is when the function returned is called.
func keep(ctx context.Context, d *dialogue) (context.Context, func()) {
	kept, cancel := context.WithCancel(d.ctx)
	stop := context.AfterFunc(ctx, cancel)
	return kept, func() { stop() }
}

// wantNothingLeft waits until nothing is left, for as long as the client has for an
// exchange and some slack, and says what it is.
func wantNothingLeft(d *dialogue, b brand) error {
	left := subject.NothingLeft(d.ctx, d.patience(), func() []string { return d.srv.left(b) })
	switch {
	case left == nil:
		return nil
	case d.ctx.Err() != nil:
		return interrupted(d.ctx)
	}
	return fmt.Errorf("%v later there is still %s", d.patience(), strings.Join(left, ", and "))
}

// left says in words what is left of a subject at the servers, and of its goroutines.
func (f fakes) left(b brand) (all []string) {
	var memory *nettest.Network
	if f.memory() != nil {
		memory = &f.memory().network
	}
	if len(f.all) == 1 {
		return subject.Left(b, f.all[0], memory)
	}
	for i, srv := range f.all {
		for _, left := range subject.Left("", srv, memory) {
			all = append(all, fmt.Sprintf("%s (server %d)", left, i+1))
		}
	}
	for _, stack := range b.Goroutines() {
		all = append(all, "a goroutine at\n"+stack+"\n")
	}
	return all
}
