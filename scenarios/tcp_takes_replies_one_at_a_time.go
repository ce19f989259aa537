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
// that gives each its own reply when they arrive together: the replies to AskAll are held
// back until the last of them is there. Then all leave in one write; and once more, but
// with a boundary in the middle that no read crosses. AskAll returns what Ask gives for
// each number.
//
// It needs Open and AskAll. A client whose further requests don't come as long as the
// first reply is held back has one under way at a time: that is inconclusive. All in all,
// the replies to AskAll must be as long as those to Ask. One Read gives all of them only
// if they fit in the client's buffer and in one segment, which has 64 KiB on loopback.
var TakesRepliesOneAtATime = Promise[TCPClient]{
	variable: "TakesRepliesOneAtATime",
	Name:     "takes replies that arrive together one at a time",
	Why: "Under load, one Read gave the end of one reply and the beginning of the next. A client that makes a new bufio.Reader for each " +
		"reply throws the rest away, waits for what it has already read, and calls that a timeout of the server.",
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
		if err := wantTogether(d, l.want); err != nil {
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

// lessons are what was learned from exchanges that followed one another.
type lessons struct {
	want    []string
	replies []reply
}

// all returns where the replies lie.
func (l lessons) all() reply { return reply{l.replies[0].from, l.replies[len(l.replies)-1].to} }

// pieces returns sizes that cut the stream before the first reply, and after each.
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
			return fmt.Errorf("%w: AskAll is nil, and this promise is about requests that are under way together", ErrLacks)
		}
		for n := 1; n <= underWay; n++ {
			if err := d.ask(n).wantAnswer(l.want[n-1]); err != nil {
				return err
			}
			r, err := lastReply(d.srv.records())
			if err != nil {
				return err
			}
			if n > 1 && r.from != l.replies[n-2].to {
				return fmt.Errorf("%w: the answer to Ask(%d) does not follow right after that to Ask(%d), on one connection", ErrInconclusive, n, n-1)
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
	upstream, err := listenStream(ctx, fakeserver.Config{Handler: made.handler(), Redact: made.Redact, Name: "scenario"})
	if err != nil {
		return err
	}
	defer upstream.Stop()
	made.Handler = gatherer{NetworkOf(ctx), upstream.Address(), l.all()}
	err = inDialogue(ctx, func() TCPClient { return made }, t, func(d *dialogue) error {
		err := wantTogether(d, l.want)
		if err != nil && !isMisconduct(err) && serverSent(longest(d.srv.records())) <= l.all().from {
			return fmt.Errorf("%w: %s: as long as the first reply was held back, the server did not get all requests on one connection: "+
				"the client never has two requests under way there, and the promise is not for it: %w", ErrInconclusive, t.what, err)
		}
		return err
	})
	if doubt := upstream.alone().conclusive(); err == nil && doubt != nil {
		return upstream.alone().show(fmt.Errorf("%w: %s: %w", ErrInconclusive, t.what, doubt))
	}
	return err
}

// wantTogether wants AskAll to return the given answers.
func wantTogether(d *dialogue, want []string) error {
	what := fmt.Sprintf("AskAll(%d)", len(want))
	got, err := callFor(d.ctx, d.client.within, what, func(ctx context.Context) ([]string, error) {
		return d.session.AskAll(ctx, len(want))
	})
	if isMisconduct(err) || errors.Is(err, ErrInconclusive) {
		return err
	}
	if err != nil || !slices.Equal(got, want) {
		return fmt.Errorf("%s = %.200q, %v, want %.200q, <nil>", what, got, err, want)
	}
	return nil
}
