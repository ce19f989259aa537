package specimen

import (
	"context"
	"io"
	"strings"
)

// crlf knows that an answer may come in pieces, and not that one of them may end between its CR and its
// LF: it looks for both in what one Read gave.
//
// As in github.com/Cysharp/Utf8StreamReader/issues/4, github.com/mjc-gh/rev_lines/issues/17.
type crlf struct{ link }

func newCRLF(dial Dialer) client { return &crlf{link{dial: dial}} }

func (c *crlf) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) { return c.exchange(question) })
}

func (c *crlf) exchange(question string) (string, error) {
	if _, err := io.WriteString(c.conn, question+"\r\n"); err != nil {
		return "", err
	}
	var answer strings.Builder
	for buf := make([]byte, 512); ; {
		n, err := c.conn.Read(buf)
		if line, whole := strings.CutSuffix(string(buf[:n]), "\r\n"); whole {
			answer.WriteString(line)
			return answer.String(), nil
		}
		if err != nil {
			return "", err
		}
		answer.Write(buf[:n])
	}
}
