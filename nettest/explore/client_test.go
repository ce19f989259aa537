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

	patience    time.Duration // of a call; if zero, ctx is all that ends it
	forgetsCtx  bool          // and nothing does
	trustsEOF   bool          // what comes before the end of the connection is an answer
	panicsOn    string        // an answer that begins so
	returnsLate bool          // it comes back a little after its deadline
}

// Ask returns the answer to a question.
func (c *lineClient) Ask(ctx context.Context, question string) (string, error) {
	if c.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.patience)
		defer cancel()
	}
	conn, err := c.dial(ctx, "tcp", "server.test:4242")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok && !c.forgetsCtx {
		conn.SetDeadline(end)
	}
	if _, err := io.WriteString(conn, question+"\n"); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	switch {
	case c.panicsOn != "" && strings.HasPrefix(answer, c.panicsOn):
		panic("an answer of " + answer)
	case errors.Is(err, io.EOF) && c.trustsEOF:
		return answer, nil
	}
	return strings.TrimSuffix(answer, "\n"), err
}

// asking returns a body that asks questions, each as a step, with a client that is like another.
func asking(like lineClient, questions ...string) Body {
	return func(_ context.Context, w *Wire) error {
		c := like
		c.dial = w.DialContext
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
