package nettest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"testing"
	"time"
)

// A demand is one thing that a conformance suite asks of an implementation.
type demand[S any] struct {
	name  string
	why   string
	check func(S) error
}

const (
	awhile   = 10 * time.Millisecond // what a call that waits is watched for
	patience = 20 * time.Second      // what a demand may take before it is given up
)

// aLongTimeAgo is a deadline that has passed.
var aLongTimeAgo = time.Unix(1, 0)

// conform runs each demand as a subtest, with a subject of its own.
func conform[S any](t *testing.T, demands []demand[S], subject func() (s S, stop func(), err error)) {
	t.Helper()
	for _, d := range demands {
		t.Run(d.name, func(t *testing.T) {
			t.Helper()
			err := d.try(subject)
			if _, ok := errors.AsType[lacksError](err); ok {
				t.Skip(err)
			}
			if err != nil {
				t.Errorf("%v\n%s", err, d.why)
			}
		})
	}
}

// try returns how a subject falls short of the demand. What blocks is stopped, and what
// panics is caught: these are what goes wrong most.
func (d demand[S]) try(subject func() (s S, stop func(), err error)) error {
	s, stop, err := subject()
	if err != nil {
		return fmt.Errorf("there is nothing to be tested: %w", err)
	}
	c := begin("the test", func() error { return d.check(s) })
	select {
	case err := <-c.done:
		stop()
		return err
	case <-time.After(patience):
	}
	stop()
	select {
	case err := <-c.done:
		return fmt.Errorf("blocked for %v; then it was stopped, and there was: %w", patience, orNothing(err))
	case <-time.After(patience):
		return fmt.Errorf("blocked for %v, and stopping it did not help", patience)
	}
}

func orNothing(err error) error {
	if err == nil {
		return errors.New("nothing else to object to")
	}
	return err
}

// A lacksError is that an implementation does not have what is optional.
type lacksError string

func (e lacksError) Error() string { return "it has no " + string(e) }

// A call is one that may block, under way in a goroutine.
type call struct {
	what string
	done chan error
}

// begin calls f. A panic is an error.
func begin(what string, f func() error) *call {
	c := &call{what, make(chan error, 1)}
	go func() {
		defer func() {
			if p := recover(); p != nil {
				c.done <- fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		c.done <- f()
	}()
	return c
}

// end waits until the call returns.
func (c *call) end() error { return <-c.done }

// waits watches the call for a while: its error is that it returned. One that has not even begun
// is taken for one that waits, so that a slow machine finds less, but nothing that is not there.
func (c *call) waits() error {
	select {
	case err := <-c.done:
		return fmt.Errorf("%s has returned with %v; want it to wait", c.what, err)
	case <-time.After(awhile):
		return nil
	}
}

// outlives begins a call under a deadline, which it clears before it passes, and watches the call
// beyond it.
func outlives(set func(time.Time) error, what string, f func() error) (*call, error) {
	for wait := 5 * awhile; ; wait *= 2 {
		at := time.Now().Add(wait)
		if err := set(at); err != nil {
			return nil, err
		}
		c := begin(what, f)
		early := c.waits()
		if err := set(time.Time{}); err != nil {
			return nil, err
		}
		if time.Now().Before(at) {
			time.Sleep(time.Until(at))
			return c, errors.Join(early, c.waits())
		}
		if early == nil { // this machine is too slow: the deadline may have passed
			set(aLongTimeAgo)
			c.end()
		}
	}
}

// wantClosed checks the error of a call on something that was closed.
func wantClosed(what string, err error) error {
	if !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("%s: error %v, want net.ErrClosed", what, err)
	}
	return nil
}

// wantTimeout checks the error of a call whose deadline has passed.
func wantTimeout(what string, err error) error {
	if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
		return fmt.Errorf("%s: error %v, want a net.Error that is a Timeout", what, err)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%s: error %v, want os.ErrDeadlineExceeded", what, err)
	}
	return nil
}

// wantNil names the call that failed.
func wantNil(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// first returns the first error of steps that were done in order. It lets a demand read as a list.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
