package scenarios

import (
	"context"
	"fmt"
	"sync"
)

// RefusesLateReply is the promise of a UDP client that, in a session, gives no
// exchange the answer of an earlier one, which came when the client had given up
// waiting for it: before the next request, or between that and its reply. The next
// exchange gives its own answer, or an error.
var RefusesLateReply = Promise[UDPClient]{
	variable: "RefusesLateReply",
	Name:     "refuses a reply to an earlier request",
	Why: "A clock was set by the previous poll, and a name got another's address. A reply that is late by a moment is next in the " +
		"socket when the client asks again, and a client that does not number its requests hands it on.",
	Labels: []string{"udp"},
	check:  checkRefusesLateReply,
}

func checkRefusesLateReply(ctx context.Context, subject func() UDPClient) error {
	want, err := answers(ctx, subject, 2)
	if err != nil {
		return err
	}
	moments := []struct {
		what  string
		early bool
	}{{"with the late reply to request 1 before request 2", true}, {"with the late reply to request 1 between request 2 and its reply", false}}
	return tryEach(together, subject, len(moments), func(i int, subject func() UDPClient) error {
		m, k := moments[i], newKeptReplies()
		return inDialogue(ctx, tapReplies(subject, k.pass), trial{what: m.what}, func(d *dialogue) error {
			if err := k.outlast(d); err != nil {
				return err
			}
			if err := k.stop(m.early); err != nil {
				return fmt.Errorf("%w: %w", ErrInconclusive, err)
			}
			if err := d.ask(2).wantAnswerOrError(want[1]); err != nil {
				return err
			}
			return awaitEvent(d.ctx, k.sent, "no request 2 reached the server")
		})
	})
}

// keptReplies are the replies that are to be late.
type keptReplies struct {
	some chan struct{} // closed when there is one
	sent chan struct{} // closed when they were sent

	mu   sync.Mutex // guards over and kept
	over bool       // no more are kept
	kept []replyDatagram
}

func newKeptReplies() *keptReplies {
	return &keptReplies{some: make(chan struct{}), sent: make(chan struct{})}
}

// pass keeps r, or sends what was kept and then r.
func (k *keptReplies) pass(r replyDatagram) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(k.kept, r)
	if k.over {
		return k.sendLocked()
	}
	if len(k.kept) == 1 {
		close(k.some)
	}
	return nil
}

// stop lets replies pass from now on, and sends now what was kept, or else before
// the next.
func (k *keptReplies) stop(now bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	if now {
		return k.sendLocked()
	}
	return nil
}

func (k *keptReplies) sendLocked() error {
	for _, r := range k.kept {
		if err := r.send(); err != nil {
			return err
		}
	}
	k.kept = nil
	select {
	case <-k.sent:
	default:
		close(k.sent)
	}
	return nil
}

// outlast keeps the replies to request 1 until the client has given up on them.
func (k *keptReplies) outlast(d *dialogue) error {
	if o := d.ask(1); !o.failed() {
		return o.but("want an error within %v: its reply has not been sent", d.client.within)
	}
	return awaitEvent(d.ctx, k.some, "the server had no reply to request 1")
}

// awaitEvent waits for an event for no longer than slack: on a busy machine the server
// may get to it after the client has given up.
func awaitEvent(ctx context.Context, event <-chan struct{}, missed string) error {
	ctx, cancel := context.WithTimeout(ctx, slack)
	defer cancel()
	select {
	case <-event:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %s: %w", ErrInconclusive, missed, context.Cause(ctx))
	}
}
