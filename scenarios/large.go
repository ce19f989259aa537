package scenarios

import (
	"context"
	"errors"
	"fmt"
)

// withLarge is onWire for a client whose do is Large.
func withLarge(ctx context.Context, subject func() TCPClient, t trial, f func(d *dialogue) error) error {
	made := subject()
	if made.Large == nil {
		return fmt.Errorf("%w: Large is nil, and this promise is about large requests", ErrSubject)
	}
	return onWire(ctx, func() TCPClient { return made }, t, func(d *dialogue) error {
		d.client.do, d.client.call = made.Large, "Large"
		return f(d)
	})
}

// healthyLarge returns what Large gives on a healthy wire, and how many bytes the
// client sends there.
func healthyLarge(ctx context.Context, subject func() TCPClient) (answer string, size int64, err error) {
	err = withLarge(ctx, subject, trial{what: "on a healthy wire"}, func(d *dialogue) error {
		o := d.do()
		if o.err != nil {
			return fmt.Errorf("%w: on a healthy wire: %w", ErrUnproved, errors.New(o.String()))
		}
		d.srv.Close() // takes what it has sent into the record
		answer, size = o.answer, sentBy(d.srv.Transcript())
		if size < LargeRequest {
			return fmt.Errorf("%w: Large sent %d bytes on a healthy wire, want at least %d", ErrSubject, size, LargeRequest)
		}
		return nil
	})
	return answer, size, err
}
