package specimen

import (
	"context"
	"io"
	"strings"
)

// greetingUnread throws the greeting away without a look at whether it came. A server that is slow to
// greet has its greeting taken for the answer to the first question, and each answer for the next
// one's.
//
// As in github.com/PHPMailer/PHPMailer/issues/104.
type greetingUnread struct{ link }

func newGreetingUnread(dial Dialer) client { return &greetingUnread{link{dial: dial}} }

func (c *greetingUnread) Ask(ctx context.Context, question string) (string, error) {
	if c.conn == nil {
		if err := c.connect(ctx); err != nil {
			return "", err
		}
		c.conn.SetReadDeadline(deadline(ctx))
		c.r.ReadString('\n') // 220 ready
	}
	return c.call(ctx, func() (string, error) {
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		line, err := c.r.ReadString('\n')
		return strings.TrimSpace(line), err
	})
}
