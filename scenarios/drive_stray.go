package scenarios

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// checkStray makes the check of a promise about a datagram from the server that is
// no reply: data returns its bytes. It comes before the first reply, and in
// another exchange after it, where in a session the next exchange finds it. The
// client must get its answers all the same.
func checkStray(name string, data func(r replyDatagram) []byte) func(context.Context, func() UDPClient) error {
	return func(ctx context.Context, subject func() UDPClient) error {
		if err := rehearseDo(ctx, subject); err != nil {
			return err
		}
		before := &stray{data: data, what: name + " before its reply"}
		if err := before.alone(ctx, subject); err != nil {
			return err
		}
		after := &stray{data: data, what: name + " after its reply", after: true}
		if subject().Open == nil {
			return after.alone(ctx, subject)
		}
		return after.inSession(ctx, subject)
	}
}

// A stray is a datagram that was not asked for.
type stray struct {
	data  func(r replyDatagram) []byte
	what  string
	after bool // the first reply, or else before it

	sent atomic.Bool
}

// pass sends the first reply and the stray datagram, and every other reply alone.
func (s *stray) pass(r replyDatagram) error {
	switch {
	case s.sent.Swap(true):
		return r.send()
	case s.after:
		return errors.Join(r.send(), r.sendInstead(s.data(r)))
	default:
		return errors.Join(r.sendInstead(s.data(r)), r.send())
	}
}

// alone wants the answer of one exchange.
func (s *stray) alone(ctx context.Context, subject func() UDPClient) error {
	_, err := exchange(ctx, tapReplies(subject, s.pass), trial{what: s.what}, wantAnswer)
	return s.verdict(err)
}

// inSession wants the answers of two exchanges.
func (s *stray) inSession(ctx context.Context, subject func() UDPClient) error {
	want, err := answers(ctx, subject, 2)
	if err != nil {
		return err
	}
	err = inDialogue(ctx, tapReplies(subject, s.pass), trial{what: s.what}, func(d *dialogue) error {
		return d.askEach(want, outcome.wantAnswer)
	})
	return s.verdict(err)
}

// verdict is err, or that nothing was tried.
func (s *stray) verdict(err error) error {
	if err == nil && !s.sent.Load() {
		return fmt.Errorf("%w: %s: the server sent no reply", ErrInconclusive, s.what)
	}
	return err
}
