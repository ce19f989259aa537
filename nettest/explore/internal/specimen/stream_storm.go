package specimen

import (
	"context"
	"io"
	"strings"
	"time"
)

// stormy connects again at once, for as long as its caller has patience: it was written for a server
// that is back a moment later.
//
// As in github.com/grpc/grpc-go/issues/954, github.com/cockroachdb/cockroach/issues/35152.
type stormy struct{ link }

func newStormy(dial Dialer) client { return &stormy{link{dial: dial}} }

func (c *stormy) Ask(ctx context.Context, question string) (answer string, err error) {
	for end := deadline(ctx); time.Now().Before(end) && ctx.Err() == nil; {
		answer, err = c.call(ctx, func() (string, error) {
			if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
				return "", err
			}
			line, err := c.r.ReadString('\n')
			return strings.TrimSpace(line), err
		})
		if err == nil {
			return answer, nil
		}
	}
	return "", err
}
