package scenarios

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// brokeBy returns what a trial comes to that broke its promise.
func brokeBy(what string, o outcome) error { return &breach{ErrBroken, what, o.but("want better")} }

func TestTryEachNamesEachKindOnceWithItsFirst(t *testing.T) {
	tried := 0
	err := tryEach(asNeeded, func() UDPClient { return UDPClient{} }, 40, func(i int, _ func() UDPClient) error {
		tried++
		switch {
		case i == 1:
			return fmt.Errorf("%w: a doubt", ErrInconclusive)
		case i < 10:
			return nil
		case i < 20:
			return brokeBy(fmt.Sprintf("with a FIN after byte %d", i), outcome{call: "Do", answer: "half"})
		case i == 30:
			return brokeBy(fmt.Sprintf("with a FIN after byte %d", i), outcome{call: "Do", err: &misconduct{How: "hung", Text: "Do did not return"}})
		}
		return brokeBy(fmt.Sprintf("with an RST after byte %d", i), outcome{call: "Do", answer: "half"})
	})
	const want = `scenarios: broken promise: with a FIN after byte 10: Do = "half", <nil> after 0s, want better (and 9 more like this)
and with an RST after byte 20: Do = "half", <nil> after 0s, want better (and 18 more like this)
and with a FIN after byte 30: Do did not return, want better`
	if err == nil || err.Error() != want || !errors.Is(err, ErrBroken) || errors.Is(err, ErrInconclusive) {
		t.Errorf("tryEach = %v\nwant %s", err, want)
	}
	if tried != 40 {
		t.Errorf("%d trials, want all 40", tried)
	}
}

func TestTryEachStopsWhereGoingOnIsDear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tried := 0
		tryEach(oneByOne, func() UDPClient { return UDPClient{} }, 100, func(i int, _ func() UDPClient) error {
			tried++
			time.Sleep(goOnFor / 4)
			if i < 2 {
				return nil
			}
			return brokeBy("slowly", outcome{call: "Do"})
		})
		if want := 2 + 1 + 4; tried != want { // 4 more fit in
			t.Errorf("%d trials, want %d", tried, want)
		}
	})
}

func TestTryEachStopsAfterManyBreaks(t *testing.T) {
	tried := 0
	tryEach(oneByOne, func() UDPClient { return UDPClient{} }, 10000, func(int, func() UDPClient) error {
		tried++
		return brokeBy("again", outcome{call: "Do"})
	})
	if tried != goOnTimes+1 {
		t.Errorf("%d trials, want %d after the first", tried, goOnTimes)
	}
}

func TestTryEachTriesAgainWhatDidNotHappen(t *testing.T) {
	left := 3
	err := tryEach(together, func() UDPClient { return UDPClient{} }, 5, func(i int, _ func() UDPClient) error {
		if i == 2 && left > 0 {
			left--
			return fmt.Errorf("%w: %w", ErrInconclusive, errNotTried)
		}
		return nil
	})
	if err != nil || left != 0 {
		t.Errorf("tryEach = %v with %d tries left, want nil, 0", err, left)
	}
}

func TestTryEachStopsAtASubjectThatLacksSomething(t *testing.T) {
	tried := 0
	err := tryEach(oneByOne, func() UDPClient { return UDPClient{} }, 5, func(i int, _ func() UDPClient) error {
		tried++
		return []error{brokeBy("at first", outcome{}), fmt.Errorf("%w: no Open", ErrSubject), nil, nil, nil}[i]
	})
	if !errors.Is(err, ErrSubject) || tried != 2 {
		t.Errorf("tryEach = %v after %d trials, want ErrSubject after 2", err, tried)
	}
}
