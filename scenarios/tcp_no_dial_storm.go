package scenarios

import (
	"cmp"
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// NoDialStorm is the promise of a TCP client that dials a server at most Dials times in each Within
// while that resets every connection on which it begins to send, and its caller has
// called once: Ask of a session, or Do. It may try again as long as its deadline allows, but not
// without a pause, which is what tells a client that waits from one that spins; nor
// afterwards, for another Within, in the background.
var NoDialStorm = Promise[TCPClient]{
	variable: "NoDialStorm",
	Name:     "makes no dial storm",
	Why: "A server came up that was not ready, and reset what connected; and it never got ready, because each of its clients connected a " +
		"thousand times a second. A client that tries again at once when its connection is lost takes a whole processor on both sides.",
	Labels: []string{"tcp", "fault:reset"},
	check:  checkNoDialStorm,
}

func checkNoDialStorm(ctx context.Context, subject func() TCPClient) error {
	if _, err := exchange(ctx, subject, rehearsal, wantAnswer); err != nil {
		return err
	}
	limit := cmp.Or(subject().Dials, DefaultDials)
	if limit < 0 {
		return fmt.Errorf("%w: TCPClient: Dials is %d, want 0 or more", ErrSubject, limit)
	}
	storm := trial{what: "when its server resets every connection", plan: rules(fault.FromClient(fault.Reset{}).AfterBytes(1))}
	return onWire(ctx, subject, storm, func(d *dialogue) error {
		if d.client.open != nil {
			if err := d.open(); err != nil {
				return dialedCalmly(d, limit, err)
			}
			defer d.close()
		}
		return dialedCalmly(d, limit, nil)
	})
}

// dialedCalmly lets the client call once, unless Open has failed, and counts its dials, then
// and as long again.
func dialedCalmly(d *dialogue, limit int, opened error) error {
	if isMisconduct(opened) {
		return opened
	}
	stormed := func(all records) bool { return all.mostDials(d.client.within) > limit }
	calm, stop := context.WithCancel(d.ctx)
	defer stop()
	if opened == nil {
		d.untilDone(calm)
		o, _ := d.while(func() outcome { return doOrAsk(d) }, func(ctx context.Context) error {
			if d.srv.wait(ctx, stormed) == nil {
				stop() // in memory, dialing takes no time: it would never be over
			}
			return nil
		})
		if isMisconduct(o.err) {
			return o.but("want an error within %v", d.client.within)
		}
	}
	over, cancel := context.WithTimeout(d.ctx, d.client.within)
	defer cancel()
	d.srv.wait(over, stormed)
	if n := d.srv.records().mostDials(d.client.within); n > limit {
		return fmt.Errorf("it dialed %d times in %v, want at most %d", n, d.client.within, limit)
	}
	return nil
}

// untilDone lets the context of the client's calls end when ctx does.
func (d *dialogue) untilDone(ctx context.Context) {
	do, ask := d.client.do, d.session.Ask
	d.client.do = func(inner context.Context, addr string) (string, error) {
		inner, stop := endsWith(inner, ctx)
		defer stop()
		return do(inner, addr)
	}
	if ask != nil {
		d.session.Ask = func(inner context.Context, n int) (string, error) {
			inner, stop := endsWith(inner, ctx)
			defer stop()
			return ask(inner, n)
		}
	}
}

// endsWith returns a context that ends with ctx and with another.
func endsWith(ctx, other context.Context) (both context.Context, stop func()) {
	both, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(other, cancel)
	return both, func() { forget(); cancel() }
}
