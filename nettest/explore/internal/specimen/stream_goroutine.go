package specimen

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"
)

// forgottenReader waits for the answer and for a timer, and reads in a goroutine, which hands the answer
// on by a channel without room. After a timeout nobody takes it.
//
// As in github.com/rubyist/circuitbreaker/pull/35, github.com/copernet/copernicus/pull/72.
type forgottenReader struct{ dial Dialer }

func newForgottenReader(dial Dialer) client { return forgottenReader{dial} }

func (c forgottenReader) Ask(ctx context.Context, question string) (string, error) {
	dialing, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	conn, err := c.dial(dialing, "tcp", server)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetWriteDeadline(deadline(ctx))
	if _, err := io.WriteString(conn, question+"\n"); err != nil {
		return "", err
	}
	type reply struct {
		line string
		err  error
	}
	ch := make(chan reply)
	go func() {
		line, err := bufio.NewReader(conn).ReadString('\n')
		ch <- reply{line, err}
	}()
	select {
	case r := <-ch:
		return strings.TrimSpace(r.line), r.err
	case <-time.After(timeout):
		return "", context.DeadlineExceeded
	}
}

func (c forgottenReader) Close() error { return nil }
