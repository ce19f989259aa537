package specimen

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// lists answers lines, and a "list" with several, of which the last one is ".".
var lists = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for r := bufio.NewReader(c); ; {
		question, ok := readLine(r, "\n")
		if !ok {
			return nil
		}
		reply := answer(question) + "\n"
		if strings.HasPrefix(question, "list ") {
			reply = "apples\npears\n.\n"
		}
		if _, err := io.WriteString(c, reply); err != nil {
			return nil
		}
	}
})

// cutList is careful with an answer of one line. In a list it takes the end of the connection for the
// end of the list, as long as it does not come within a line: only between two lines of the one
// answer that has two.
//
// As in github.com/kubernetes/minikube/pull/16206, github.com/opencontainers/runc/pull/1278.
type cutList struct{ link }

func newCutList(dial Dialer) client { return &cutList{link{dial: dial}} }

func (c *cutList) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) { return c.exchange(question) })
}

func (c *cutList) exchange(question string) (string, error) {
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", err
	}
	first, err := c.r.ReadString('\n')
	if err != nil || !strings.HasPrefix(question, "list ") {
		return strings.TrimSpace(first), err
	}
	got := []string{strings.TrimSpace(first)}
	for {
		line, err := c.r.ReadString('\n')
		if line == ".\n" || err == io.EOF && line == "" {
			return strings.Join(got, ","), nil
		}
		if err != nil {
			return "", err
		}
		got = append(got, strings.TrimSpace(line))
	}
}
