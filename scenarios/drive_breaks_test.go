package scenarios

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
)

// foundIn returns the error of a trial that broke its promise.
func foundIn(what, found string) error {
	return &evidenced{&breach{ErrBroken, what, errors.New(found)}, evidence{}}
}

func TestBreaksAreSaidOnceEach(t *testing.T) {
	missing := foundIn("reset after byte 1", `"line 00002"… is missing; 3 of 4 lines arrived`)
	doubt := fmt.Errorf("%w: interrupted", ErrInconclusive)
	for _, c := range []struct {
		Why  string
		Errs []error
		Want string
	}{
		{"nothing was found", []error{nil, nil}, "<nil>"},
		{"one", []error{nil, missing, nil}, missing.Error()},
		{"the same, with other numbers", []error{missing, foundIn("reset after byte 2", `"line 00001"… is missing; 2 of 4 lines arrived`), nil},
			missing.Error() + " (and 1 more like this)"},
		{"another", []error{missing, nil, foundIn("reset after byte 3", "Print panicked: why\nstack"), foundIn("reset after byte 4", "Print panicked: why\nother stack")},
			missing.Error() + "\nand reset after byte 3: Print panicked: why\nstack (and 1 more like this)"},
		{"what says nothing about the promise, later", []error{missing, doubt}, missing.Error()},
		{"what says nothing about the promise, first", []error{doubt, missing}, missing.Error()},
	} {
		var found breaks
		for _, err := range c.Errs {
			found.add(err)
		}
		err := found.err()
		if got := fmt.Sprint(err); got != c.Want {
			t.Errorf("%s: %s, want %s", c.Why, got, c.Want)
		}
		if ev := new(evidenced); errors.Is(err, ErrBroken) && !errors.As(err, &ev) {
			t.Errorf("%s: no evidence in %v", c.Why, err)
		}
	}
}

func TestTryEachGoesOnWhereThatIsCheap(t *testing.T) {
	for _, c := range []struct {
		Why  string
		Err  error // of trial 2 of a thousand
		Want int64 // how many were tried
	}{
		{"broken", foundIn("at 2", "a line is missing"), 2 + goOnTimes + 1},
		{"the subject lacks something", ErrSubject, 3},
		{"kept", nil, 1000},
	} {
		var tried atomic.Int64
		err := tryEach(oneByOne, func() UDPClient { return UDPClient{} }, 1000, func(i int, _ func() UDPClient) error {
			if tried.Add(1); i == 2 {
				return c.Err
			}
			return nil
		})
		if n := tried.Load(); n != c.Want || !errors.Is(err, c.Err) {
			t.Errorf("%s: %d trials, %v, want %d", c.Why, n, err, c.Want)
		}
	}
}

func TestInTurnGoesOnWhereAPromiseIsBroken(t *testing.T) {
	tried := 0
	trial := func(err error) func() error { return func() error { tried++; return err } }
	if err := inTurn(trial(nil), trial(foundIn("a", "b")), trial(ErrInconclusive), trial(nil)); !errors.Is(err, ErrBroken) || tried != 3 {
		t.Errorf("%d trials, %v, want 3 and ErrBroken", tried, err)
	}
}
