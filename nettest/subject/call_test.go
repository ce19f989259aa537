package subject

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func wantMisconduct(t *testing.T, err error, how How, text string) *Misconduct {
	t.Helper()
	m, ok := errors.AsType[*Misconduct](err)
	if !ok || m.How != how || m.Text != text {
		t.Fatalf("Call = %v, want misconduct %q: %q", err, how, text)
	}
	return m
}

func TestCallGivesUpAfterItsTimeAndNotBefore(t *testing.T) {
	const within, slack = time.Second, 2 * time.Second
	for _, c := range []struct {
		Why   string
		Takes time.Duration
		Hangs bool
	}{
		{"at once", 0, false},
		{"with all its time", within + slack - 1, false},
		{"for longer", within + slack + 1, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			err := Call(t.Context(), Bound{within, slack}, "Do", func(context.Context) error {
				time.Sleep(c.Takes)
				return nil
			})
			took := time.Since(began)
			if took != min(c.Takes, within+slack) || !c.Hangs && err != nil {
				t.Errorf("%s: %v after %v", c.Why, err, took)
			}
			if c.Hangs {
				wantMisconduct(t, err, Hung, "Do did not return within 3s, which is the 1s that it promised and 2s more")
			}
			time.Sleep(c.Takes) // until it has returned
		})
	}
}

func TestCallCancelsTheContextOfWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var canceled bool
		err := Call(t.Context(), Bound{Within: time.Second}, "Do", func(ctx context.Context) error {
			<-ctx.Done()
			canceled = true
			return nil
		})
		wantMisconduct(t, err, Hung, "Do did not return within the 1s that it promised")
		if synctest.Wait(); !canceled {
			t.Error("its context is not done")
		}
	})
}

// What hangs is shown where it does, with what it has started, and nothing else is.
func TestCallShowsWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan bool)
		go waitsElsewhere(end)
		err := Call(t.Context(), Bound{Within: time.Second}, "Do", func(context.Context) error {
			go waitsBeside(end)
			waitsInside(end)
			return nil
		})
		m := wantMisconduct(t, err, Hung, "Do did not return within the 1s that it promised")
		if m.Error() != m.Text {
			t.Errorf("the error is %q, want %q", m, m.Text)
		}
		for function, want := range map[string]bool{"waitsInside": true, "waitsBeside": true, "waitsElsewhere": false} {
			if strings.Contains(m.Stack, "subject."+function+"(") != want {
				t.Errorf("%s is shown: %t, want %t, in\n%s", function, !want, want, m.Stack)
			}
		}
		close(end)
	})
}

func waitsInside(end chan bool)    { <-end }
func waitsBeside(end chan bool)    { <-end }
func waitsElsewhere(end chan bool) { <-end }

func TestCallTellsWhatDoesNotReturn(t *testing.T) {
	err := Call(t.Context(), Bound{Within: time.Hour}, "Do", func(context.Context) error { panic("ouch") })
	m := wantMisconduct(t, err, Panicked, "Do panicked: ouch")
	if !strings.Contains(m.Stack, "call_test.go:") || m.Error() != m.Text+"\n"+m.Stack {
		t.Errorf("the error is %q, want the stack in it", m)
	}
	err = Call(t.Context(), Bound{Within: time.Hour}, "Do", func(context.Context) error {
		runtime.Goexit()
		return nil
	})
	wantMisconduct(t, err, Exited, "Do left its goroutine by runtime.Goexit")
}

func TestCallReturnsTheErrorOfWhatReturns(t *testing.T) {
	own := errors.New("its own")
	if err := Call(t.Context(), Bound{Within: time.Hour}, "Do", func(context.Context) error { return own }); err != own {
		t.Errorf("Call = %v, want %v itself", err, own)
	}
	if err := <-Go(t.Context(), "Do", func(context.Context) error { return own }); err != own {
		t.Errorf("Go sends %v, want %v itself", err, own)
	}
}

func TestCallIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		err := Call(ctx, Bound{Within: time.Hour}, "Do", func(context.Context) error {
			cancel(why)
			time.Sleep(time.Minute)
			return errors.New("its own")
		})
		if !errors.Is(err, ErrInterrupted) || !errors.Is(err, why) {
			t.Errorf("Call = %v, want ErrInterrupted and %v", err, why)
		}
		time.Sleep(time.Minute) // until it has returned
	})
}

func TestCallForReturnsTheZeroValueOfWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := func(takes time.Duration) func(context.Context) (string, error) {
			return func(context.Context) (string, error) {
				time.Sleep(takes)
				return "answer", nil
			}
		}
		b := Bound{time.Second, time.Second}
		if got, err := CallFor(t.Context(), b, "Do", answer(0)); got != "answer" || err != nil {
			t.Errorf("CallFor = %q, %v, want the answer", got, err)
		}
		got, err := CallFor(t.Context(), b, "Do", answer(time.Hour))
		if wantMisconduct(t, err, Hung, "Do did not return within 2s, which is the 1s that it promised and 1s more"); got != "" {
			t.Errorf("CallFor of what hangs = %q", got)
		}
		time.Sleep(time.Hour) // until it has returned
	})
}

func TestBoundIsNeverShort(t *testing.T) {
	for _, b := range []Bound{{math.MaxInt64, 0}, {math.MaxInt64, time.Second}, {time.Second, math.MaxInt64}} {
		if got := b.total(); got != math.MaxInt64 {
			t.Errorf("%+v are %v together", b, got)
		}
	}
}
