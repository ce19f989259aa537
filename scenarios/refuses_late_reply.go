package scenarios

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// RefusesLateReply is the promise of a UDP client that, in a session, gives no
// exchange the answer of an earlier one, which came when the client had given up
// waiting for it: before the next request, or between that and its reply. The next
// exchange gives its own answer, or an error.
var RefusesLateReply = Promise[UDPClient]{
	Name: "refuses a reply to an earlier request",
	Why: "A reply that is late by a moment is next in the socket when the client asks again. A client that does not number its " +
		"requests hands it on: time servers' clients set the clock by the poll before, resolvers give one name another's address.",
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
	return atOnce(subject, len(moments), func(i int, subject func() UDPClient) error {
		m, k := moments[i], &keptReplies{}
		return inDialogue(ctx, tapReplies(subject, k.pass), trial{what: m.what}, func(d *dialogue) error {
			if err := k.outlast(d); err != nil {
				return err
			}
			if k.stop(); m.early {
				if err := k.sendAll(); err != nil {
					return fmt.Errorf("%w: %w", ErrUnproved, err)
				}
			}
			return k.wereSent(wantItsOwnOrError(d.ask(2), want[1]))
		})
	})
}

// keptReplies are the replies that are to be late.
type keptReplies struct {
	mu   sync.Mutex // guards what follows
	over bool       // no more are kept
	kept []reply
}

// pass keeps r, or sends what was kept, and r behind it.
func (k *keptReplies) pass(r reply) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(k.kept, r)
	if !k.over {
		return nil
	}
	return k.sendAllLocked()
}

// stop lets replies pass from now on.
func (k *keptReplies) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
}

// sendAll sends what was kept.
func (k *keptReplies) sendAll() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sendAllLocked()
}

func (k *keptReplies) sendAllLocked() error {
	for _, r := range k.kept {
		if err := r.send(); err != nil {
			return err
		}
	}
	k.kept = nil
	return nil
}

// outlast keeps the replies to request 1 until the client has given up on them.
func (k *keptReplies) outlast(d *dialogue) error {
	o := d.ask(1)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case errors.Is(o.err, ErrUnproved):
		return o.err
	case o.err == nil || isMisconduct(o.err):
		return fmt.Errorf("%v, want an error within %v: its reply has not been sent", o, d.client.within)
	case len(k.kept) == 0:
		return fmt.Errorf("%w: %v, before the server had a reply to it", ErrUnproved, o)
	}
	return nil
}

// wereSent is err, or that the late replies never left, because the client did not
// ask again.
func (k *keptReplies) wereSent(err error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil && len(k.kept) > 0 {
		return fmt.Errorf("%w: no request 2 reached the server", ErrUnproved)
	}
	return err
}
