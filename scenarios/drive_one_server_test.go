package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What a client does in the time that a busy machine took from it is nothing to accuse it of.
func TestBusyMachineIsNoBreak(t *testing.T) {
	c := client{within: time.Second}
	broken := &evidenced{fmt.Errorf("%w: it gave up", ErrBroken), evidence{{beside: "the record"}}}
	if err := c.unlessBusy(broken, time.Second/17); err != broken {
		t.Errorf("of a machine that is not busy: %v", err)
	}
	if err := c.unlessBusy(nil, time.Hour); err != nil {
		t.Errorf("of a promise that was kept: %v", err)
	}
	lacks := fmt.Errorf("%w: it has none", ErrLacks)
	if err := c.unlessBusy(lacks, time.Hour); err != lacks {
		t.Errorf("of what is no break: %v", err)
	}
	err := c.unlessBusy(broken, time.Second/16)
	var ev *evidenced
	if errors.Is(err, ErrBroken) || !errors.Is(err, ErrInconclusive) || !errors.Is(err, errNotTried) || !strings.Contains(err.Error(), "it gave up") || !errors.As(err, &ev) || ev.evidence[0].beside != "the record" {
		t.Errorf("of a busy machine: %v", err)
	}
}

// Where time is the bubble's, no machine is busy.
func TestBubbleIsCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{within: time.Second}
		err := c.calmly(func() error {
			time.Sleep(time.Second + 1)
			return ErrBroken
		})
		if err != ErrBroken {
			t.Errorf("in a bubble: %v", err)
		}
	})
}
