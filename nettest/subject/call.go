package subject

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/nettest/internal/process"
)

// A Bound is how long a call may take: what the subject promised, and what is added so that
// nothing fails because the machine was busy. In a bubble nothing need be added.
type Bound struct{ Within, Slack time.Duration }

// total returns both together.
func (b Bound) total() time.Duration {
	if sum := b.Within + b.Slack; sum >= b.Within {
		return sum
	}
	return math.MaxInt64
}

// exceeded says of what hangs that it does.
func (b Bound) exceeded(what string) string {
	if b.Slack == 0 {
		return fmt.Sprintf("%s did not return within the %v that it promised", what, b.Within)
	}
	return fmt.Sprintf("%s did not return within %v, which is the %v that it promised and %v more", what, b.total(), b.Within, b.Slack)
}

// Ticks is how many ticks make up a wait for a subject. A machine that is too busy for the
// subject to get on is too busy for the ticks, too; a single timer would take such a pause
// for the subject's.
const Ticks = 8

// Call runs f, which is the subject's code, in a goroutine of its own, because it may hang, panic
// or leave by runtime.Goexit: then the error is a [*Misconduct], and else it is f's. what is f's
// name in that error, such as "Do". After b, f is left behind, with its context canceled.
//
// The time is counted in ticks, of which a busy machine drops some: so Call may wait for
// longer, but never for less. If ctx is done before f has returned, f is left behind as well, and the
// error wraps ErrInterrupted.
func Call(ctx context.Context, b Bound, what string, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := start(ctx, what, f)
	tick := time.NewTicker(max(b.total()/Ticks, 1))
	defer tick.Stop()
	for ticks := 0; ticks < Ticks; {
		select {
		case err := <-r.done:
			return err
		case <-tick.C:
			ticks++
		case <-ctx.Done():
			return interrupted(ctx)
		}
	}
	select {
	case err := <-r.done: // with the last tick
		return err
	default:
		return &Misconduct{Hung, b.exceeded(what), r.stack()}
	}
}

// CallFor is Call for code that returns something, of which it returns the zero value if
// that does not come in time. Code that was left behind may still return.
func CallFor[T any](ctx context.Context, b Bound, what string, f func(ctx context.Context) (T, error)) (result T, err error) {
	results := make(chan T, 1)
	err = Call(ctx, b, what, func(ctx context.Context) error {
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

// Go is Call for code that is waited for elsewhere, or not at all. The channel gets f's error, or
// the Misconduct of code that panicked or left. It is not closed.
func Go(ctx context.Context, what string, f func(ctx context.Context) error) <-chan error {
	return start(ctx, what, f).done
}

// A run is a call in a goroutine of its own.
type run struct {
	what string
	id   atomic.Pointer[string] // of its goroutine; nil before it runs
	done chan error             // gets its end
}

func start(ctx context.Context, what string, f func(ctx context.Context) error) *run {
	r := &run{what: what, done: make(chan error, 1)}
	go r.supervise(ctx, f)
	return r
}

// supervise sends f's error, or what f did instead of returning one.
func (r *run) supervise(ctx context.Context, f func(ctx context.Context) error) {
	id := process.Self()
	r.id.Store(&id)
	var err error = &Misconduct{How: Exited, Text: r.what + " left its goroutine by runtime.Goexit"}
	defer func() {
		if v := recover(); v != nil {
			err = &Misconduct{Panicked, fmt.Sprintf("%s panicked: %v", r.what, v), string(debug.Stack())}
		}
		r.done <- err
	}()
	err = f(ctx)
}

// stack returns where the call is: the stacks of its goroutine, and of those that it started.
func (r *run) stack() string {
	id := r.id.Load()
	if id == nil {
		return "" // it has not begun
	}
	var all []string
	for _, g := range process.Family(process.Goroutines(), *id) {
		all = append(all, g.Stack)
	}
	return strings.Join(all, "\n\n")
}
