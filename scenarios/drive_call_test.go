package scenarios

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallGivesUpAfterItsTimeAndNotBefore(t *testing.T) {
	for _, c := range []struct {
		Why   string
		Takes time.Duration
		Hangs bool
	}{
		{"at once", 0, false},
		{"with all its time", time.Second + slack - 1, false},
		{"for longer", time.Second + slack + 1, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			err := call(t.Context(), time.Second, "Do", func(context.Context) error {
				time.Sleep(c.Takes)
				return nil
			})
			if took := time.Since(began); isMisconduct(err) != c.Hangs || took != min(c.Takes, time.Second+slack) {
				t.Errorf("%s: %v after %v", c.Why, err, took)
			}
			time.Sleep(c.Takes) // until it has returned
		})
	}
}

func TestCallForReturnsTheZeroValueOfWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := func(takes time.Duration) func(context.Context) (string, error) {
			return func(context.Context) (string, error) {
				time.Sleep(takes)
				return "answer", nil
			}
		}
		if got, err := callFor(t.Context(), time.Second, "Do", answer(0)); got != "answer" || err != nil {
			t.Errorf("callFor = %q, %v, want the answer", got, err)
		}
		if got, err := callFor(t.Context(), time.Second, "Do", answer(time.Hour)); got != "" || !isMisconduct(err) {
			t.Errorf("callFor of what hangs = %q, %v", got, err)
		}
		time.Sleep(time.Hour) // until it has returned
	})
}
