package explore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"time"
)

// A lineClient asks a server of lines, on a connection for each question. What it does wrong is said by its fields.
type lineClient struct {
	dial func(ctx context.Context, network, addr string) (net.Conn, error)

	patience   time.Duration // of a call; if zero, ctx is all that ends it
	forgetsCtx bool          // and nothing does
	readsOnce  bool          // what comes first is all of the answer
	trustsEOF  bool          // what comes before the end of the connection is an answer
	panics     bool          // where an answer is none of a server of lines
	forever    bool          // it keeps its connection, also when that is broken
	insists    bool          // it asks again at once, as long as it is not refused
	leavesConn bool          // where an answer did not come
	kept       net.Conn      // with forever
}

// Ask returns the answer to a question.
func (c *lineClient) Ask(ctx context.Context, question string) (answer string, err error) {
	if c.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.patience)
		defer cancel()
	}
	for {
		if answer, err = c.ask(ctx, question); err == nil || !c.insists || ctx.Err() != nil {
			return answer, err
		}
	}
}

func (c *lineClient) ask(ctx context.Context, question string) (answer string, err error) {
	conn := c.kept
	if conn == nil {
		if conn, err = c.dial(ctx, "tcp", "server.test:4242"); err != nil {
			return "", err
		}
	}
	if c.forever {
		c.kept = conn
	} else {
		defer func() {
			if err == nil || !c.leavesConn {
				conn.Close()
			}
		}()
	}
	if end, ok := ctx.Deadline(); ok && !c.forgetsCtx {
		conn.SetDeadline(end)
	}
	if c.readsOnce {
		return exchangeOnce(conn, question)
	}
	answer, err = exchange(conn, question)
	switch {
	case c.panics && err == nil && answer != question:
		panic("an answer that is none: " + answer)
	case c.trustsEOF && errors.Is(err, io.EOF):
		return answer, nil
	}
	return answer, err
}

// close hangs up.
func (c *lineClient) close() {
	if c.kept != nil {
		c.kept.Close()
	}
}

// exchange sends a line, and returns the answer without its newline, if that came.
func exchange(conn net.Conn, question string) (string, error) {
	if _, err := io.WriteString(conn, question+"\n"); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSuffix(answer, "\n"), err
}

// exchangeOnce takes what comes first for all of the answer.
func exchangeOnce(conn net.Conn, question string) (string, error) {
	if _, err := io.WriteString(conn, question+"\n"); err != nil {
		return "", err
	}
	buf := make([]byte, 1024)
	n, err := conn.Read(buf)
	if err != nil {
		return "", err
	}
	answer, whole := strings.CutSuffix(string(buf[:n]), "\n")
	if !whole {
		return "", fmt.Errorf("%q is no answer", answer)
	}
	return answer, nil
}

// asking returns a body that asks questions, each as a step, with a client that is like another.
func asking(like lineClient, questions ...string) Body {
	return func(_ context.Context, w *Wire) error {
		c := like
		c.dial = w.DialContext
		defer c.close()
		for _, q := range questions {
			w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, q) })
		}
		return nil
	}
}

// right is a client that does nothing wrong.
var right = lineClient{patience: time.Second}

// A testTB is a test that collects what it is told.
type testTB struct {
	name      string
	artifacts string // its ArtifactDir
	logs      []string
	errs      []string
}

func (tb *testTB) Helper()                   {}
func (tb *testTB) Name() string              { return tb.name }
func (tb *testTB) Failed() bool              { return len(tb.errs) > 0 }
func (tb *testTB) Skipped() bool             { return false }
func (tb *testTB) Cleanup(func())            {}
func (tb *testTB) ArtifactDir() string       { return tb.artifacts }
func (tb *testTB) Logf(f string, a ...any)   { tb.logs = append(tb.logs, fmt.Sprintf(f, a...)) }
func (tb *testTB) Errorf(f string, a ...any) { tb.errs = append(tb.errs, fmt.Sprintf(f, a...)) }
func (tb *testTB) Fatalf(f string, a ...any) {
	tb.Errorf(f, a...)
	runtime.Goexit()
}

// run runs the body of a test, which may end by Fatalf.
func (tb *testTB) run(body func()) {
	over := make(chan bool)
	go func() {
		defer close(over)
		body()
	}()
	<-over
}

// said returns what the test was told.
func (tb *testTB) said() string { return strings.Join(append(tb.errs, tb.logs...), "\n") }
