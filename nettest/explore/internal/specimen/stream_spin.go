package specimen

import (
	"context"
	"io"
	"strings"
	"time"
)

// spinning takes the end of the connection for "nothing yet", and looks again.
//
// As in github.com/goftp/server/issues/7, github.com/praetorian-inc/trudy/pull/23.
type spinning struct{ link }

func newSpinning(dial Dialer) client { return &spinning{link{dial: dial}} }

func (c *spinning) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) {
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		var line strings.Builder
		for end := deadline(ctx); time.Now().Before(end); {
			part, err := c.r.ReadString('\n')
			line.WriteString(part)
			if err == nil {
				return strings.TrimSpace(line.String()), nil
			}
			if err != io.EOF {
				return "", err
			}
		}
		return "", context.DeadlineExceeded
	})
}
