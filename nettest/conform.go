package nettest

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// A demand is one thing that a conformance suite asks of an implementation.
type demand[S any] struct {
	name  string
	why   string
	check func(S) error
}

// patience is how long a demand may take before it is given up.
const patience = 20 * time.Second

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

// try returns how a subject falls short of the demand. A check that blocks is stopped, and
// one that panics is caught: these are what goes wrong most.
func (d demand[S]) try(subject func() (s S, stop func(), err error)) error {
	s, stop, err := subject()
	if err != nil {
		return fmt.Errorf("there is nothing to test: %w", err)
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
		return fmt.Errorf("blocked for %v; after it was stopped: %w", patience, orNothing(err))
	case <-time.After(patience):
		return fmt.Errorf("blocked for %v, and stopping it did not help", patience)
	}
}

func orNothing(err error) error {
	if err == nil {
		return errors.New("nothing else is wrong")
	}
	return err
}

// A lacksError says which optional method an implementation does not have.
type lacksError string

func (e lacksError) Error() string { return "it has no " + string(e) }

// first does steps in order until one fails, and returns its error. It lets a check read as a list.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
