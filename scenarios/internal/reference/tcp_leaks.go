package reference

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// LeavesGoroutine breaks LeavesNothingBehind: who waits for the end of its context
// waits on when the exchange is over.
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

type pile struct {
	mu    sync.Mutex // guards conns
	conns []net.Conn
}

func (p *pile) keep(conn net.Conn) {
	p.mu.Lock()
	p.conns = append(p.conns, conn)
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
