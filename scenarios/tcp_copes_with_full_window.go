package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// CopesWithFullWindow is the promise of a TCP client that sends a large request to a
// server that reads slowly: it stops reading near the request's beginning, until the
// client can't send any more, and then reads the rest in pieces of 512 KiB with pauses.
// Large gives what it gives on a healthy wire, and the server gets as many bytes as
// there; of several servers, one does, and none gets more, as the client may give one up and
// ask another.
//
// It needs Large, with requests of the same length each time, after a greeting or not.
// From when its buffers are full, which has to be within half of Within, the client is
// kept waiting for a tenth of Within. Where the kernel does not tell that they are (it
// does on Linux), it has 20 ms to fill them.
var CopesWithFullWindow = Promise[TCPClient]{
	variable: "CopesWithFullWindow",
	Name:     "copes with a full window",
	Why: "The uploads were corrupt, but only to slow servers. A Write with a deadline may send a part and say how much that was; a " +
		"client that does not look leaves a hole and goes on, or begins again from the start.",
	Labels: []string{"tcp", "fault:hold", "fault:slice"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		c, err := subject().client()
		if err != nil {
			return err
		}
		large, err := healthyLarge(ctx, subject)
		if err != nil {
			return err
		}
		slow := trial{what: "when the server reads slowly", plan: rules(
			fault.FromClient(fault.Hold{Gate: fullWindow}).AfterBytes(large.middle),
			fault.FromClient(fault.Slice{Size: 512 << 10, Pause: 2 * time.Millisecond}),
		)}
		err = c.calmly(func() error {
			return withLarge(ctx, subject, slow, func(d *dialogue) error { return sendSlowly(d, large) })
		})
		if _, other := errors.AsType[*otherSize](err); other {
			return large.orVaries(ctx, subject, err)
		}
		return err
	},
}

const fullWindow = "full window"

// sendSlowly lets the client meet a full window.
func sendSlowly(d *dialogue, large largeExchange) error {
	o, err := d.while(d.do, func(ctx context.Context) error { return fillWindow(ctx, d) })
	if err != nil {
		return err
	}
	if err := o.wantAnswer(large.answer); err != nil {
		return err
	}
	d.srv.Stop() // takes what has arrived
	if got := d.srv.records().mostSent(); got != large.size {
		return &otherSize{got, large.size}
	}
	return nil
}

// otherSize is the error about a request that arrived with another size than on a healthy
// wire.
type otherSize struct{ got, want int64 }

func (e *otherSize) Error() string {
	return fmt.Sprintf("the server got %d bytes, want the %d that it got on a healthy wire", e.got, e.want)
}

// orVaries returns err, about another size, unless the size is another one each time.
func (l largeExchange) orVaries(ctx context.Context, subject func() TCPClient, err error) error {
	again, wrong := healthyLarge(ctx, subject)
	if wrong == nil && again.size == l.size {
		return err
	}
	return fmt.Errorf("%w: on a healthy wire, Large sent %d bytes, and then %d: its size varies: %v", ErrInconclusive, l.size, again.size, cmp.Or(wrong, err))
}

// fillWindow waits until the client can't send any more, and lets the server read on.
func fillWindow(ctx context.Context, d *dialogue) error {
	full := awaitFull(ctx, d)
	if full == nil {
		full = d.pause(d.client.within / 10)
	}
	if err := d.srv.release(fullWindow); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	return full
}

// awaitFull waits until the client can't send any more, or is done.
func awaitFull(ctx context.Context, d *dialogue) error {
	if d.srv.awaitHeld(ctx, fullWindow) != nil {
		return nil // done before it came to that
	}
	limited, cancel := context.WithTimeout(ctx, d.client.within/2)
	defer cancel()
	if !d.srv.awaitSockets(limited, blocked()) && ctx.Err() == nil {
		return fmt.Errorf("%w: %v after the last byte that the server read, the client's buffers were not full", ErrInconclusive, d.client.within/2)
	}
	return nil
}
