package scenarios

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// memoryLabel is the label of specs that run in memory.
const memoryLabel = "memory"

// A Memory is an argument of the Describe functions, made with InMemory.
type Memory struct{ suite **testing.T }

// InMemory runs the specs of a Describe function without sockets, each in a
// testing/synctest bubble, on a network in memory: deadlines of seconds pass at once, a
// busy machine makes nothing late, and a spec takes milliseconds. The subject has to dial
// by [NetworkOf], and to wait for nothing but channels, conditions and timers that it has
// made itself: while it waits for others, the bubble's clock stands still. suite is where
// the suite's Test function keeps its test:
//
//	var suite *testing.T
//
//	func TestClients(t *testing.T) {
//		suite = t
//		RegisterFailHandler(Fail)
//		RunSpecs(t, "clients")
//	}
//
//	var _ = scenarios.DescribeTCPClient("ping client", ping, scenarios.InMemory(&suite), scenarios.Keeps(…))
//
// A subject that waits for a lock in one goroutine, while the goroutine that holds it
// waits for the network, stops the bubble's clock: after some seconds its spec ends with
// ErrInconclusive. One that works without a pause, such as in a loop that reads on after
// an error, stops it, too: it is left behind after a minute of real time. Sockets know no
// such limits.
func InMemory(suite **testing.T) Memory { return Memory{suite} }

// RunInMemory is Run for one promise in memory, as InMemory says. t is the test that runs
// it, or the suite's. A deadline of ctx is one of real time, not of the bubble's. When ctx is
// done, what is left in the bubble is left behind.
func RunInMemory[S Subject](ctx context.Context, t *testing.T, p Promise[S], subject func() S) error {
	if t == nil {
		return p.failure(fmt.Errorf("%w: RunInMemory: t is nil", ErrSubject))
	}
	m := &memoryNetwork{}
	inside := context.WithValue(context.WithoutCancel(ctx), memoryKey{}, m) // a bubble can't wait for what is outside
	return p.failure(m.run(ctx, t, func() error { return p.try(inside, subject) }))
}

// run runs try in a bubble, and returns what it came to.
func (m *memoryNetwork) run(ctx context.Context, t *testing.T, try func() error) error {
	verdict := make(chan error, 1)
	said, err := subject.InBubble(ctx, t, realBoundOf(ctx), 0, func() { verdict <- try() })
	switch {
	case errors.Is(err, subject.ErrInterrupted):
		return interrupted(ctx)
	case err != nil && !errors.Is(err, subject.ErrStandstill):
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	select {
	case err := <-verdict: // what the subject left in the bubble is another promise's business
		return m.explain(err)
	default:
		return fmt.Errorf("%w: %s", ErrInconclusive, said)
	}
}

// realBound is how long a promise may take in memory, which is a thousand times what it
// takes on a machine that is not busy.
const realBound = time.Minute

// realBoundKey is the key of another bound in a context.
type realBoundKey struct{}

func realBoundOf(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(realBoundKey{}).(time.Duration); ok {
		return d
	}
	return realBound
}

var errNoSuite = fmt.Errorf("%w: InMemory(&suite): suite is nil: set it in the suite's Test function, before RunSpecs", ErrSubject)

// explain says of an error what the subject has to do to run in memory, if it does not: then
// the error says nothing about the promise. But what hangs or panics does so everywhere.
func (m *memoryNetwork) explain(err error) error {
	if err == nil || m.asked.Load() || errors.Is(err, ErrSubject) || isMisconduct(err) {
		return err
	}
	return likewise(err, fmt.Errorf("%w: in memory, a subject has to dial by NetworkOf(ctx), and it did not ask for that: %v", ErrSubject, err))
}
