package scenarios

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
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

// misconduct is what no subject may do, whatever it promised: hang, panic, or
// leave its goroutine.
type misconduct struct {
	how  string // in a word or two: it is the same each time
	text string
}

// hung is how a call that does not return misbehaves.
const hung = "hung"

func (m *misconduct) Error() string { return m.text }

// isMisconduct reports whether err says that the subject hung, panicked or left.
func isMisconduct(err error) bool {
	var m *misconduct
	return errors.As(err, &m)
}

// call runs f, which is the subject's code, in a goroutine of its own, because it
// may hang, panic or leave by runtime.Goexit. After within and some slack it is
// left behind, with its context canceled.
func call(ctx context.Context, within time.Duration, what string, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go supervise(ctx, what, f, done)
	slack := slackOf(ctx)
	tick := time.NewTicker(max((within+slack)/waitTicks, 1))
	defer tick.Stop()
	for ticks := 0; ticks < waitTicks; {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			ticks++
		case <-ctx.Done():
			return interrupted(ctx)
		}
	}
	select {
	case err := <-done: // with the last tick
		return err
	default:
		return &misconduct{hung, fmt.Sprintf("%s did not return within %v, which is the %v that it promised and %v more", what, within+slack, within, slack)}
	}
}

// callFor is call for code that returns something, of which it returns the zero value
// if that does not come in time. Code that was left behind may still return.
func callFor[T any](ctx context.Context, within time.Duration, what string, f func(ctx context.Context) (T, error)) (result T, err error) {
	results := make(chan T, 1)
	err = call(ctx, within, what, func(ctx context.Context) error {
		result, err := f(ctx)
		results <- result
		return err
	})
	select {
	case result = <-results:
	default:
	}
	return result, err
}

// supervise sends f's error, or what f did instead of returning one.
func supervise(ctx context.Context, what string, f func(ctx context.Context) error, done chan<- error) {
	var err error = &misconduct{"left", what + " left its goroutine by runtime.Goexit"}
	defer func() {
		if v := recover(); v != nil {
			err = &misconduct{"panicked", fmt.Sprintf("%s panicked: %v\n%s", what, v, debug.Stack())}
		}
		done <- err
	}()
	err = f(ctx)
}
