package scenarios

import (
	"errors"
	"testing"
	"time"
)

func TestInTimeDoubtsAStallThatLastedTooLong(t *testing.T) {
	found := errors.New("a line is missing")
	for _, c := range []struct {
		Why   string
		Err   error
		Stood time.Duration
		Want  error
	}{
		{"found in time", found, 700 * time.Millisecond, nil},
		{"found, but too late", found, 800 * time.Millisecond, ErrInconclusive},
		{"nothing found, however late", nil, time.Hour, nil},
	} {
		err := inTime(c.Err, c.Stood, time.Second)
		if !errors.Is(err, c.Err) || errors.Is(err, ErrInconclusive) != (c.Want != nil) {
			t.Errorf("%s: %v", c.Why, err)
		}
	}
}
