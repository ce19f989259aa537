package nettest

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

const awhile = 10 * time.Millisecond // how long a call that should wait is watched

// aLongTimeAgo is a deadline that has passed.
var aLongTimeAgo = time.Unix(1, 0)

// A call runs in a goroutine of its own, since it may block.
type call struct {
	what string
	done chan error
}

// begin calls f. A panic of f is an error.
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

// waits watches the call for a while, and fails if it returns. A call that has not even begun
// counts as one that waits: a slow machine finds fewer mistakes, but no false ones.
func (c *call) waits() error {
	select {
	case err := <-c.done:
		return fmt.Errorf("%s has returned with %v; want it to wait", c.what, err)
	case <-time.After(awhile):
		return nil
	}
}

// outlives begins a call under a deadline, clears the deadline before it passes, and fails if the
// call returns soon after that time.
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

func endAll(calls []*call) error {
	var errs []error
	for _, c := range calls {
		errs = append(errs, c.end())
	}
	return errors.Join(errs...)
}

func waitAll(calls []*call) error {
	for _, c := range calls {
		if err := c.waits(); err != nil {
			return err
		}
	}
	return nil
}
