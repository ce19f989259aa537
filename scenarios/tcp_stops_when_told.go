package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// StopsWhenTold is the promise of a TCP client that stops when it is told to while it
// is blocked: while it connects, waits for a reply, and is half-way through one. A
// client with sessions is told by Session.Close while an Ask is at work in another
// goroutine; one without, by its context. The call returns an error, promptly, and the
// connection ends.
//
// Promptly means within three quarters of the time that the same call takes when it is
// left alone, until its own deadline; that is found out first, and is Within at most.
// Since a busy machine makes everything late, being late counts when it happens three
// times, and a deadline of a few seconds is fairer than a short one. A client whose Open
// connects is not told while it connects. That is left out, too, where a connect can't be
// left without an answer (it can on Linux).
var StopsWhenTold = Promise[TCPClient]{
	variable: "StopsWhenTold",
	Name:     "stops when told to",
	Why: "The shutdown hung until the deadline, or until the process was killed with its data unsaved. A Close that takes the lock that " +
		"the blocked call holds, or a context that is looked at between reads only, waits for the server after all.",
	Labels: []string{"tcp", "fault:unanswered", "fault:stall", "fault:hold", "fault:slice"},
	check:  checkStopsWhenTold,
}

// A block is where a client is when it is told to stop.
type block struct {
	trial
	at      place
	dials   bool                                        // it is blocked while it connects, and not at a place
	reached func(ctx context.Context, d *dialogue) bool // false if ctx is done first
}

func checkStopsWhenTold(ctx context.Context, subject func() TCPClient) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	learn := learnMessages[TCPClient]
	if c.open != nil {
		learn = learnFirstMessages[TCPClient]
	}
	all, err := learn(ctx, subject)
	if err != nil {
		return err
	}
	blocks := blocksOf(answerOf(all))
	undisturbed, err := durationUndisturbed(ctx, subject, blocks[0])
	if err != nil {
		return err
	}
	if !canRefuse(ctx) {
		blocks = blocks[:2]
	}
	return stopAll(ctx, subject, blocks, undisturbed)
}

// maxTries is how often a client is told at the same block, if it is late: a busy machine
// can make one late that is not to blame.
const maxTries = 3

// errNotSoon says that a client stopped, but late, or could not be told in time.
var errNotSoon = errors.New("not soon")

// stopAll tells a client at each block to stop; where it is late, another one, too.
func stopAll(ctx context.Context, subject func() TCPClient, blocks []block, undisturbed time.Duration) error {
	for try := 1; ; try++ {
		again := make([]bool, len(blocks))
		err := atOnce(subject, len(blocks), func(i int, subject func() TCPClient) error {
			err := blocks[i].onWire(ctx, subject, func(d *dialogue) error { return stopAt(d, blocks[i], undisturbed) })
			if again[i] = errors.Is(err, errNotSoon) && try < maxTries; again[i] {
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

// blocksOf returns where a client with the given reply is blocked: before the reply,
// half-way through it, and last while connecting.
func blocksOf(answer message) []block {
	return []block{
		{trial: trial{what: "told to stop while it waits for its reply"}, at: beginOf(answer), reached: reachReply},
		{trial: trial{what: "told to stop half-way through its reply"}, at: halfOf(answer), reached: reachHalfWay},
		{trial: trial{what: "told to stop while it connects"}, dials: true, reached: reachConnecting},
	}
}

// onWire runs f with a client that gets nothing from the block's place on.
func (b block) onWire(ctx context.Context, subject func() TCPClient, f func(d *dialogue) error) error {
	if b.dials {
		return onWire(ctx, subject, b.trial, f)
	}
	return relayed(ctx, subject, newRelay(b.at, stallHere), b.trial, f, onWire)
}

// reachReply waits until the server has come to the reply.
func reachReply(ctx context.Context, d *dialogue) bool {
	select {
	case <-d.srv.relay.reached:
		return true
	case <-ctx.Done():
		return false
	}
}

// reachHalfWay is reachReply, and waits until the client has read what was sent: told
// earlier, it would not be half-way yet.
func reachHalfWay(ctx context.Context, d *dialogue) bool {
	return reachReply(ctx, d) && d.srv.awaitSockets(ctx, func(all []socket) bool {
		return !slices.ContainsFunc(all, func(s socket) bool { return s.unread > 0 })
	})
}

// reachConnecting waits until the client's SYN waits for an answer.
func reachConnecting(ctx context.Context, d *dialogue) bool {
	if d.srv.memory() != nil {
		return d.pause(blindPause) == nil // in a bubble it is over when the client waits
	}
	return d.srv.awaitSockets(ctx, func(all []socket) bool {
		return slices.ContainsFunc(all, func(s socket) bool { return s.state == synSent })
	})
}

// durationUndisturbed returns how long a call takes that is blocked at b, and is not told
// to stop: until its deadline, whenever a busy machine lets it return.
func durationUndisturbed(ctx context.Context, subject func() TCPClient, b block) (took time.Duration, err error) {
	quiet := b
	quiet.what = "stalled before its reply"
	err = quiet.onWire(ctx, subject, func(d *dialogue) error {
		if d.client.open != nil {
			if err := d.open(); err != nil {
				return err
			}
			defer d.close()
		}
		o := doOrAsk(d)
		if o.err == nil {
			return o.wantError("no reply came")
		}
		took = min(o.took, d.client.within)
		return nil
	})
	return took, err
}

// doOrAsk is one exchange: of a session, if there is one.
func doOrAsk(d *dialogue) outcome {
	if d.session.Ask == nil {
		return d.do()
	}
	return d.ask(1)
}

// stopAt tells the client to stop once it is blocked at b.
func stopAt(d *dialogue, b block, undisturbed time.Duration) error {
	tell, blockable, err := prepareStop(d, b.dials)
	if err != nil || !blockable {
		return err
	}
	told := false
	o, err := d.while(func() outcome { return doOrAsk(d) }, func(ctx context.Context) error {
		if told = b.reached(ctx, d); !told {
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
	if o.took > undisturbed*3/4 {
		return notSoon{o.but("want it long before the %v that it takes when it is not told", undisturbed.Round(time.Microsecond))}
	}
	return wantEnded(d)
}

// notSoon is an error that is errNotSoon, too.
type notSoon struct{ error }

func (e notSoon) Unwrap() []error { return []error{e.error, errNotSoon} }

// prepareStop gets the client ready to be blocked, and returns what tells it to stop. If
// it can't be blocked while it connects, blockable is false.
func prepareStop(d *dialogue, connecting bool) (tell func() error, blockable bool, err error) {
	if d.client.open == nil {
		tell = tellByContext(d)
	} else {
		if err := d.open(); err != nil {
			return nil, false, err
		}
		if d.session.Close == nil {
			return nil, false, fmt.Errorf("%w: Close is nil, and this promise is about it", ErrLacks)
		}
		tell = d.close
	}
	if !connecting {
		return tell, true, nil
	}
	if err := d.srv.ignoreDials(); err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	if d.srv.records().Conns() > 0 { // Open has connected
		return nil, false, d.close()
	}
	return tell, true, nil
}

// tellByContext gives Do a context that the function returned cancels.
func tellByContext(d *dialogue) func() error {
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
func wantEnded(d *dialogue) error {
	ended := func(t records) bool { return t.Conns() == 0 || allEnded(t, transcript.FromClient) }
	if err := d.await(d.ctx, ended); err == errLate {
		return fmt.Errorf("the client did not end its connection within %v", d.patience())
	} else if err != nil {
		return err
	}
	return nil
}
