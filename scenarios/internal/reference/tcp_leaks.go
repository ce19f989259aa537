package reference

import (
	"bufio"
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// LeavesGoroutine breaks LeavesNothingBehind: its goroutine that waits for the end of the
// context goes on waiting when the exchange is over.
func LeavesGoroutine(want string, within time.Duration) scenarios.TCPClient {
	good := TCPClient(want, within)
	good.Open = nil
	do := good.Do
	good.Do = func(ctx context.Context, addr string) (string, error) {
		go func() { <-ctx.Done() }()
		return do(ctx, addr)
	}
	return good
}

// LeavesSession breaks LeavesNothingBehind: its exchanges clean up, and Close of a session
// forgets to.
func LeavesSession(want string, within time.Duration) scenarios.TCPClient {
	good := TCPClient(want, within)
	open := good.Open
	good.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		forgotten.keep(s)
		s.Close = func() error { return nil }
		return s, err
	}
	return good
}

// LeavesConn breaks LeavesNothingBehind: it closes its connection when all went well,
// and forgets to when something failed.
func LeavesConn(want string, within time.Duration) scenarios.TCPClient {
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		conn, err := dial(ctx, "tcp", addr, within)
		if err != nil {
			return "", err
		}
		forgotten.keep(conn)
		io.WriteString(conn, request)
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			return "", err
		}
		return strings.TrimSuffix(line, "\n"), conn.Close()
	}}
}

// forgotten keeps connections from the garbage collector, which would close them.
var forgotten pile

// A pile is connections, and things that have some.
type pile struct {
	mu  sync.Mutex // guards all
	all []any
}

func (p *pile) keep(conn any) {
	p.mu.Lock()
	p.all = append(p.all, conn)
	p.mu.Unlock()
}

// IgnoresContext breaks StopsWhenTold: it looks at its context before it begins, and no
// more.
func IgnoresContext(want string, within time.Duration) scenarios.TCPClient {
	good := TCPClient(want, within)
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		return good.Do(context.WithoutCancel(ctx), addr)
	}}
}
