package fakeserver

import (
	"context"
	"errors"
	"fmt"
)

// Sequence answers the nth connection with its nth handler. The last one
// answers all that follow.
type Sequence []Handler

func (s Sequence) check() error { return checkSequence(s) }

// checkSequence refuses a sequence that is empty or has handlers that can't work.
func checkSequence[H any](s []H) error {
	if len(s) == 0 {
		return errors.New("it is empty")
	}
	for i, h := range s {
		if any(h) == nil {
			return fmt.Errorf("handler %d is nil", i+1)
		}
		if err := checkHandler(h); err != nil {
			return fmt.Errorf("handler %d: %w", i+1, err)
		}
	}
	return nil
}

// ServeConn calls the handler for c's number.
func (s Sequence) ServeConn(ctx context.Context, c *Conn) error {
	return s[min(c.Number(), len(s))-1].ServeConn(ctx, c)
}
