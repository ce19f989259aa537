package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// Many functions of this package have a parameter that is called subject: these are for them.
type (
	misconduct = subject.Misconduct
	brand      = subject.Brand
	message    = subject.Message
)

// slack is how long a subject may take beyond what it promised, so that no spec
// fails because the machine was busy. A subject that hangs fails after its own
// bound and this.
const slack = 2 * time.Second

// slackKey is the key of another slack in a context: subjects that are known to
// hang need not be waited for that long.
type slackKey struct{}

func slackOf(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(slackKey{}).(time.Duration); ok {
		return d
	}
	return slack
}

// isMisconduct reports whether err says that the subject hung, panicked or left.
func isMisconduct(err error) bool {
	var m *misconduct
	return errors.As(err, &m)
}

// call is subject.Call with slack.
func call(ctx context.Context, within time.Duration, what string, f func(ctx context.Context) error) error {
	return ofCall(ctx, subject.Call(ctx, subject.Bound{Within: within, Slack: slackOf(ctx)}, what, f))
}

// callFor is subject.CallFor with slack.
func callFor[T any](ctx context.Context, within time.Duration, what string, f func(ctx context.Context) (T, error)) (T, error) {
	result, err := subject.CallFor(ctx, subject.Bound{Within: within, Slack: slackOf(ctx)}, what, f)
	return result, ofCall(ctx, err)
}

// ofCall says of a call's error that the run was interrupted, if it was.
func ofCall(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, subject.ErrInterrupted) {
		return interrupted(ctx)
	}
	return err
}
