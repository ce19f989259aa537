package explore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// An answerWithText is known by its String.
type answerWithText struct{ hidden int }

func (a answerWithText) String() string { return fmt.Sprint("answer ", a.hidden) }

func TestStepAnswersAsText(t *testing.T) {
	for _, test := range []struct {
		answer any
		want   string
	}{
		{nil, ""},
		{"apples", "apples"},
		{[]byte("apples"), "apples"},
		{answerWithText{7}, "answer 7"},
		{struct{ A, B int }{1, 2}, `{"A":1,"B":2}`},
		{map[string]int{"b": 2, "a": 1}, `{"a":1,"b":2}`},
		{[]int{1, 2}, "[1,2]"},
		{struct{ hidden int }{7}, "{hidden:7}"},
		{7, "7"},
		{true, "true"},
	} {
		if got := textOf(test.answer); got != test.want {
			t.Errorf("%#v is %q, want %q", test.answer, got, test.want)
		}
	}
}

func TestStepClassOfErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "reset"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "refused"},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "timeout"},
		{fmt.Errorf("get: %w", context.DeadlineExceeded), "timeout"},
		{&net.DNSError{IsTimeout: true}, "timeout"},
		{context.Canceled, "canceled"},
		{syscall.EPIPE, "reset"},
		{io.ErrUnexpectedEOF, "unexpected EOF"},
		{fmt.Errorf("get: %w", io.EOF), "EOF"},
		{net.ErrClosed, "closed"},
		{errors.New("127.0.0.1:4242: answer 7 is short"), "#.#.#.#:#: answer # is short"},
		{errors.New("[::1]:4242: answer 8 is short"), "#:#: answer # is short"},
	} {
		if got := classOf(test.err); got != test.want {
			t.Errorf("%v is of class %q, want %q", test.err, got, test.want)
		}
	}
}

func TestStepInWords(t *testing.T) {
	if got := (Step{Caller: 1, Name: "get", N: 2}).String(); got != "get 2" {
		t.Errorf("got %q", got)
	}
	if got := (Step{Caller: 3, Name: "get", N: 2}).String(); got != "get 2 of caller 3" {
		t.Errorf("got %q", got)
	}
	if !(Step{Open: true}).Failed() || !(Step{Err: io.EOF}).Failed() || (Step{Took: time.Second}).Failed() {
		t.Error("a step has failed if it never returned, or has an error")
	}
}

// When what a step hung in has ended with its trial, the body comes to its end: it does no more steps, and leaves nothing behind.
func TestStepIsNotBegunWhenItsTrialIsOver(t *testing.T) {
	var later atomic.Int64
	body := func(_ context.Context, w *Wire) error {
		c := lineClient{dial: w.DialContext, forgetsCtx: true}
		w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, "apples") })
		w.Do("later", func(ctx context.Context) (any, error) {
			later.Add(1)
			return c.Ask(ctx, "pears")
		})
		return nil
	}
	r := judged(t, Config{Within: time.Second}, body, silent)
	if !r.breaks(Breach{Oracle: Hangs, Kind: "ask"}) || r.Stuck {
		t.Errorf("%+v, want a hang, and a body that ended", r)
	}
	if n, healthy := later.Load(), int64(healthyRuns+1); n != healthy { // in memory it is chosen by one run
		t.Errorf("the second step was begun %d times, want %d, on the healthy wire", n, healthy)
	}
}
