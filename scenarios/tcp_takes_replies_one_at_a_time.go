package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// TakesRepliesOneAtATime is the promise of a TCP client with several requests under way
// that gives each its own reply when they arrive together: the replies to AskAll are kept
// back until the last of them is there. Then all leave in one write; and once more
// so, but for a boundary in the middle, which no read crosses. AskAll returns what Ask
// gives for each number.
//
// It needs Open and AskAll. A client whose further requests don't come as long as the
// first reply is kept back has one under way at a time: nothing is proved. The requests
// of AskAll must get replies of the same length, all together, as those of Ask get one
// after another. That one Read gives all the replies takes a client whose buffer they
// fit in, and that they fit in a segment, which has 64 KiB on loopback.
var TakesRepliesOneAtATime = Promise[TCPClient]{
	Name: "takes replies that arrive together one at a time",
	Why: "Under load, one Read gives the end of one reply and the beginning of the next. A client that makes a new bufio.Reader " +
		"for each reply throws the rest away, waits for what it has had already, and calls that a timeout of the server.",
	Labels: []string{"tcp", "fault:slice"},
	check:  checkTakesRepliesOneAtATime,
}

// underWay is how many requests are under way together.
const underWay = 3

func checkTakesRepliesOneAtATime(ctx context.Context, subject func() TCPClient) error {
	l, err := learnReplies(ctx, subject)
	if err != nil {
		return err
	}
	apart := trial{what: "with the replies to AskAll arriving one after another", plan: rules(fault.ToClient(fault.Slice{Sizes: l.pieces()}))}
	err = inDialogue(ctx, subject, apart, func(d *dialogue) error {
		if err := d.wantAll(l.want); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrInconclusive, apart.what, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	all := l.all()
	for _, t := range []trial{
		{what: "with its replies arriving together"},
		{
			what: fmt.Sprintf("with its replies arriving together, but for a boundary after byte %d of %d", all.middle()-all.from, all.size()),
			plan: rules(fault.ToClient(fault.Slice{Sizes: []int64{all.middle()}})),
		},
	} {
		if err := l.arriveTogether(ctx, subject, t); err != nil {
			return err
		}
	}
	return nil
}

// lessons are what was learnt from exchanges that followed one another.
type lessons struct {
	want    []string
	replies []reply
}

// all returns where the replies lie.
func (l lessons) all() reply { return reply{l.replies[0].from, l.replies[len(l.replies)-1].to} }

// pieces returns sizes that cut the stream behind each reply, and before the first.
func (l lessons) pieces() []int64 {
	var sizes []int64
	if first := l.replies[0].from; first > 0 {
		sizes = append(sizes, first)
	}
	for _, r := range l.replies {
		sizes = append(sizes, r.size())
	}
	return sizes
}

// learnReplies lets the subject ask one after another, on a healthy wire.
func learnReplies(ctx context.Context, subject func() TCPClient) (l lessons, err error) {
	if l.want, err = answers(ctx, subject, underWay); err != nil {
		return l, err
	}
	err = inDialogue(ctx, subject, rehearsal, func(d *dialogue) error {
		if d.session.AskAll == nil {
			return fmt.Errorf("%w: AskAll is nil, and this promise is about requests that are under way together", ErrSubject)
		}
		for n := 1; n <= underWay; n++ {
			if err := d.ask(n).wantAnswer(l.want[n-1]); err != nil {
				return err
			}
			r, err := lastReply(d.srv.Transcript())
			if err != nil {
				return err
			}
			if n > 1 && r.from != l.replies[n-2].to {
				return fmt.Errorf("%w: the answer to Ask(%d) is not right behind that to Ask(%d), on one connection", ErrInconclusive, n, n-1)
			}
			l.replies = append(l.replies, r)
		}
		return nil
	})
	return l, err
}

// arriveTogether wants AskAll to give each request its own reply on a wire of the kind t,
// on which they leave when all are there.
func (l lessons) arriveTogether(ctx context.Context, subject func() TCPClient, t trial) error {
	made := subject()
	behind, err := streamPeer(ctx, fakeserver.Config{Handler: made.handler(), Name: "scenario"})
	if err != nil {
		return err
	}
	defer behind.Close()
	made.Handler = gatherer{NetworkOf(ctx), behind.Addr(), l.all()}
	err = inDialogue(ctx, func() TCPClient { return made }, t, func(d *dialogue) error {
		err := d.wantAll(l.want)
		if err != nil && !isMisconduct(err) && !d.hasMore(l.all().from) {
			return fmt.Errorf("%w: %s: as long as the first reply was kept back, the server did not get all requests on one connection: "+
				"the client never has two requests under way there, and the promise is not for it: %w", ErrInconclusive, t.what, err)
		}
		return err
	})
	if unproved := behind.proved(); err == nil && unproved != nil {
		return behind.show(fmt.Errorf("%w: %s: %w", ErrInconclusive, t.what, unproved))
	}
	return err
}

// hasMore reports whether the server sent more than n bytes on some connection.
func (d *dialogue) hasMore(n int64) bool { return sent(longest(d.srv.Transcript())) > n }

// wantAll wants AskAll to return the given answers.
func (d *dialogue) wantAll(want []string) error {
	results := make(chan []string, 1) // not a variable: an AskAll that hangs may still come back
	what := fmt.Sprintf("AskAll(%d)", len(want))
	err := call(d.ctx, d.client.within, what, func(ctx context.Context) error {
		all, err := d.session.AskAll(ctx, len(want))
		results <- all
		return err
	})
	if isMisconduct(err) || errors.Is(err, ErrInconclusive) {
		return err
	}
	if got := <-results; err != nil || !slices.Equal(got, want) {
		return fmt.Errorf("%s = %.200q, %v, want %.200q, <nil>", what, got, err, want)
	}
	return nil
}
