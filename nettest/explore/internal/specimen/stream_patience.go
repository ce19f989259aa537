package specimen

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
)

// readsUntilQuiet can't tell where a list ends, and reads until nothing more comes. A server that pauses
// in the middle has sent a shorter list.
//
// As in github.com/mkozjak/node-telnet-client/issues/142, github.com/networkupstools/nut/pull/3559.
type readsUntilQuiet struct{ link }

func newReadsUntilQuiet(dial Dialer) client { return &readsUntilQuiet{link{dial: dial}} }

func (c *readsUntilQuiet) Ask(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		c.hangUp()
		return "", err
	}
	var got []string
	for {
		line, err := c.r.ReadString('\n')
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && len(got) > 0:
			return strings.Join(got, ","), nil
		case err != nil:
			c.hangUp()
			return "", err
		case line == ".\n":
			return strings.Join(got, ","), nil
		}
		got = append(got, strings.TrimSpace(line))
	}
}
