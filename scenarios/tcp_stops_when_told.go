package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// StopsWhenTold is the promise of a TCP client that stops when it is told to while it
// is blocked: while it connects, waits for a reply, and is half-way through one. A
// client with sessions is told by Session.Close while an Ask is at work in another
// goroutine; one without, by its context. The call returns an error, promptly, and the
// connection ends.
//
// Promptly means that no more than three quarters of the time have passed that the same
// call takes when nobody tells it, until its own deadline; that is found out first.
// Since a busy machine makes everybody late, it counts when it happens three times,
// and a deadline of a few seconds is fairer than a short one. A client whose Open
// connects is not told while it connects. That is left out, too, where a connect
// can't be left without an answer (not on Linux).
var StopsWhenTold = Promise[TCPClient]{
	Name: "stops when told to",
	Why: "A Close that takes the lock that the blocked call holds, or a context that is looked at between reads only, waits for the " +
		"server after all: shutdowns hang until the deadline, or until somebody kills the process with its data unsaved.",
	Labels: []string{"tcp", "fault:unanswered", "fault:stall", "fault:hold", "fault:slice"},
	check:  checkStopsWhenTold,
}

// A block is where a client is when it is told to stop.
type block struct {
	trial
	reached func(d *dialogue, ctx context.Context) bool // false if ctx is done first
}

func checkStopsWhenTold(ctx context.Context, subject func() TCPClient) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	var r reply
	if c.open == nil {
		r, err = learnReply(ctx, subject)
	} else {
		r, err = learnFirstReply(ctx, subject)
	}
	if err != nil {
		return err
	}
	blocks := blocksOf(r)
	took, err := untold(ctx, subject, blocks[0])
	if err != nil {
		return err
	}
	if !canIgnoreDials(ctx) {
		blocks = blocks[:2]
	}
	return stopAll(ctx, subject, blocks, took)
}

// mostLate is how often a client may be late before it counts: a machine that is busy
// can make one late that is not to blame.
const mostLate = 3

// errNotSoon says that a client stopped, but late, or could not be told in time.
var errNotSoon = errors.New("not soon")

// stopAll tells a client at each block to stop; where it is late, another one, too.
func stopAll(ctx context.Context, subject func() TCPClient, blocks []block, untold time.Duration) error {
	for try := 1; ; try++ {
		again := make([]bool, len(blocks))
		err := atOnce(subject, len(blocks), func(i int, subject func() TCPClient) error {
			err := onWire(ctx, subject, blocks[i].trial, func(d *dialogue) error { return d.stop(blocks[i], untold) })
			if again[i] = errors.Is(err, errNotSoon) && try < mostLate; again[i] {
				return nil
			}
			return err
		})
		var left []block
		for i, b := range blocks {
			if again[i] {
				left = append(left, b)
			}
		}
		if err != nil || len(left) == 0 {
			return err
		}
		blocks = left
	}
}

// learnFirstReply is learnReply for the first exchange of a session.
func learnFirstReply(ctx context.Context, subject func() TCPClient) (reply, error) {
	_, record, err := rehearse(ctx, subject, 1)
	if err != nil {
		return reply{}, err
	}
	return lastReply(record)
}

// blocksOf returns the places where a client with the given reply is blocked, the one
// before the reply first and connecting last.
func blocksOf(r reply) []block {
	stopped := func(what string, by fault.Fault, at int64) trial {
		return trial{what: what, plan: rules(fault.ToClient(by).AfterBytes(at))}
	}
	return []block{
		{stopped("told to stop while it waits for its reply", fault.Stall{}, r.from), (*dialogue).reachWaiting},
		{stopped("told to stop half-way through its reply", fault.Hold{Gate: halfWay}, r.middle()), (*dialogue).reachHalfWay},
		{trial{what: "told to stop while it connects"}, (*dialogue).reachConnecting},
	}
}

// reachWaiting waits until the server has heard from the client and has stalled, and all
// rules have acted that come before that.
func (d *dialogue) reachWaiting(ctx context.Context) bool {
	return d.srv.Wait(ctx, func(t transcript.Transcript) bool {
		acted := map[string]bool{}
		for _, e := range t.Faults() {
			acted[e.Rule] = true
		}
		return len(acted) == len(d.srv.plan.Rules) && sentBy(t) > 0
	}) == nil
}

// halfWay is the gate at which a reply is held half-way: what comes to it has the first half
// behind it, which has left by then. What the record says of a stall comes before that.
const halfWay = "half-way"

// reachHalfWay is reachWaiting, and waits until the client has read what was sent: before
// that it would not be told half-way, but in front of its reply.
func (d *dialogue) reachHalfWay(ctx context.Context) bool {
	return d.reachWaiting(ctx) && d.srv.AwaitHeld(ctx, halfWay) == nil && d.srv.awaitSockets(ctx, func(all []socket) bool {
		return !slices.ContainsFunc(all, func(s socket) bool { return s.unread > 0 })
	})
}

// reachConnecting waits until the client's SYN waits for an answer.
func (d *dialogue) reachConnecting(ctx context.Context) bool {
	if d.srv.memory != nil {
		return d.pause(untoldPause) == nil // in a bubble it is over when the client waits
	}
	return d.srv.awaitSockets(ctx, func(all []socket) bool {
		return slices.ContainsFunc(all, func(s socket) bool { return s.state == synSent })
	})
}

// untold returns how long a call takes that is blocked at b, and that nobody tells to
// stop.
func untold(ctx context.Context, subject func() TCPClient, b block) (took time.Duration, err error) {
	quiet := b.trial
	quiet.what = "stalled before its reply"
	err = onWire(ctx, subject, quiet, func(d *dialogue) error {
		if d.client.open != nil {
			if err := d.open(); err != nil {
				return err
			}
			defer d.close()
		}
		o := d.work()
		if o.err == nil {
			return o.wantError("no reply came")
		}
		took = o.took
		return nil
	})
	return took, err
}

// work is one exchange: of a session, if there is one.
func (d *dialogue) work() outcome {
	if d.session.Ask == nil {
		return d.do()
	}
	return d.ask(1)
}

// stop tells the client to stop once it is blocked at b.
func (d *dialogue) stop(b block, untold time.Duration) error {
	connecting := b.plan.Rules == nil
	tell, blockable, err := d.prepareStop(connecting)
	if err != nil || !blockable {
		return err
	}
	told := false
	o, err := d.while(d.work, func(ctx context.Context) error {
		if told = b.reached(d, ctx); !told {
			return nil
		}
		return tell()
	})
	if err != nil {
		return err
	}
	if !told {
		return notSoon{fmt.Errorf("%w: %s: %v, before it could be told", ErrInconclusive, b.what, o)}
	}
	if err := o.wantError("it was told to stop"); err != nil {
		return err
	}
	if o.took > untold*3/4 {
		return notSoon{o.but("want it long before the %v that it takes when nobody tells it", untold.Round(time.Microsecond))}
	}
	return d.wantEnded()
}

// notSoon is an error that is errNotSoon, too.
type notSoon struct{ error }

func (e notSoon) Unwrap() []error { return []error{e.error, errNotSoon} }

// prepareStop gets the client ready to be blocked, and returns what tells it to stop. If
// it can't be blocked while it connects, blockable is false.
func (d *dialogue) prepareStop(connecting bool) (tell func() error, blockable bool, err error) {
	if d.client.open == nil {
		tell = d.tellByContext()
	} else {
		if err := d.open(); err != nil {
			return nil, false, err
		}
		if d.session.Close == nil {
			return nil, false, fmt.Errorf("%w: Close is nil, and this promise is about it", ErrSubject)
		}
		tell = d.close
	}
	if !connecting {
		return tell, true, nil
	}
	if err := ignoreDials(d.srv); err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	if d.srv.Transcript().Conns() > 0 { // Open has connected
		return nil, false, d.close()
	}
	return tell, true, nil
}

// tellByContext gives Do a context that the function returned cancels.
func (d *dialogue) tellByContext() func() error {
	told, tell := context.WithCancel(context.Background())
	do := d.client.do
	d.client.do = func(ctx context.Context, addr string) (string, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(told, cancel)()
		return do(ctx, addr)
	}
	return func() error { tell(); return nil }
}

// wantEnded wants all connections to have ended.
func (d *dialogue) wantEnded() error {
	ended := func(t transcript.Transcript) bool { return t.Conns() == 0 || allEnded(t) }
	if err := d.await(d.ctx, ended); err == errLate {
		return fmt.Errorf("the client did not end its connection within %v", d.client.within+slackOf(d.ctx))
	} else if err != nil {
		return err
	}
	return nil
}
