package specimen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// numbersTries numbers its tries, from 1, so that it knows which one was answered. The next question's
// first try has the same number as the last one's.
//
// As in github.com/DNSCrypt/dnscrypt-proxy/pull/2977, github.com/istio/istio/issues/25250.
type numbersTries struct{ port }

func newNumbersTries(dial Dialer) client { return &numbersTries{port{dial: dial}} }

func (c *numbersTries) Ask(ctx context.Context, question string) (answer string, err error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	for try := 1; try <= 3; try++ {
		answer, err = c.try(try, question)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	return answer, err
}

func (c *numbersTries) try(number int, question string) (string, error) {
	c.conn.SetDeadline(time.Now().Add(timeout / 3))
	if _, err := fmt.Fprintf(c.conn, "%d %s\n", number, question); err != nil {
		return "", err
	}
	for buf := make([]byte, 1500); ; {
		n, err := c.conn.Read(buf)
		if err != nil {
			return "", err
		}
		line, whole := strings.CutSuffix(string(buf[:n]), "\n")
		if text, ours := strings.CutPrefix(line, fmt.Sprintf("%d ", number)); whole && ours {
			return text, nil
		}
	}
}
