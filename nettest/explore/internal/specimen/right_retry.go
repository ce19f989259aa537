package specimen

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// isTimeout reports whether an error is one of a deadline.
func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// goodRetry asks up to three times, each time on a new connection and with a share of the deadline, and
// with a pause that doubles. Its questions may be asked twice.
type goodRetry struct{ link }

func newGoodRetry(dial Dialer) client { return &goodRetry{link{dial: dial}} }

func (c *goodRetry) Ask(ctx context.Context, question string) (answer string, err error) {
	const tries = 3
	for try, pause := 1, 10*time.Millisecond; ; try, pause = try+1, 2*pause {
		if answer, err = c.try(ctx, question, timeout/tries); err == nil {
			return answer, nil
		}
		if try == tries {
			return "", err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return "", err
		}
	}
}

func (c *goodRetry) try(ctx context.Context, question string, within time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return c.call(ctx, func() (string, error) {
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		line, err := c.r.ReadString('\n')
		return strings.TrimSuffix(line, "\n"), err
	})
}
