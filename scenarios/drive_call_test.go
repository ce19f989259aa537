package scenarios

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallHasTheSlackOfItsContext(t *testing.T) {
	for _, given := range []time.Duration{0, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			ctx, want := t.Context(), time.Second+slack
			if given > 0 {
				ctx, want = WithSlack(ctx, given), time.Second+given
			}
			began := time.Now()
			_, err := callFor(ctx, time.Second, "Do", func(context.Context) (string, error) {
				time.Sleep(time.Hour)
				return "answer", nil
			})
			if took := time.Since(began); !isMisconduct(err) || took != want {
				t.Errorf("callFor of what hangs = %v after %v, want it to give up after %v", err, took, want)
			}
			time.Sleep(time.Hour) // until it has returned
		})
	}
}

func TestCallIsInterrupted(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := call(ctx, time.Hour, "Do", func(context.Context) error {
		cancel(why)
		<-t.Context().Done() // it is left behind
		return nil
	})
	if !errors.Is(err, ErrInconclusive) || !errors.Is(err, errInterrupted) || !errors.Is(err, why) || isMisconduct(err) {
		t.Errorf("call = %v, want ErrInconclusive, since the run was interrupted: %v", err, why)
	}
}
