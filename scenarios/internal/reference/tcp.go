package reference

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// SendTCP is the simple TCP client: it dials, writes, and closes.
func SendTCP(ctx context.Context, addr, message string) error {
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(conn, message); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

// request is what the clients of this package ask. What they want for an answer is
// up to the server.
const request = "hello from the client\n"

// TCPClient returns a client of one server that keeps every promise except SendsRequestOnce: it asks
// for a line at a time on a connection that it keeps, and asks again, once, when it
// lost that before it had the answer.
func TCPClient(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 2, flaws{})
}

// OneTryTCPClient returns TCPClient without the second try: it keeps SendsRequestOnce,
// and can't keep SendsRequestAgain and TriesAgainAfterReset.
func OneTryTCPClient(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{})
}

// tcpSubject makes a subject of lineClients.
func tcpSubject(want string, within time.Duration, tries int, f flaws) scenarios.TCPClient {
	return lineSubject(want, within, func(addr string) lineAsker { return newLineClient(addr, within, tries, f) })
}

// A lineAsker is a client that asks for lines.
type lineAsker interface {
	Ask(ctx context.Context, request string) (string, error)
	AskAll(ctx context.Context, requests []string) ([]string, error)
	AskError(ctx context.Context) error
	Close() error
}

// lineSubject makes a subject of clients that open makes.
func lineSubject(want string, within time.Duration, open func(addr string) lineAsker) scenarios.TCPClient {
	once := func(request string) func(context.Context, string) (string, error) {
		return func(ctx context.Context, addr string) (string, error) {
			c := open(addr)
			defer c.Close()
			return c.Ask(ctx, request)
		}
	}
	return scenarios.TCPClient{
		Want:   want,
		Within: within,
		Do:     once(request),
		Large: func(ctx context.Context, addr string) (string, error) {
			return once(strings.Repeat("x", scenarios.LargeRequest)+"\n")(ctx, addr)
		},
		Open: func(ctx context.Context, addr string) (scenarios.Session, error) {
			c := open(addr)
			ask := func(ctx context.Context, n int) (string, error) { return c.Ask(ctx, numbered(n)[n-1]) }
			askAll := func(ctx context.Context, n int) ([]string, error) { return c.AskAll(ctx, numbered(n)) }
			return scenarios.Session{Ask: ask, AskAll: askAll, AskError: c.AskError, Close: c.Close}, nil
		},
	}
}

// numbered returns n requests.
func numbered(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("request %d\n", i+1)
	}
	return all
}

// dial connects, with a deadline for dialing and everything after it.
func dial(ctx context.Context, network, addr string, within time.Duration) (net.Conn, error) {
	deadline := time.Now().Add(within)
	conn, err := dialWithin(ctx, scenarios.NetworkOf(ctx), within, network, addr)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(deadline)
}

// dialWithin connects on n, with a deadline.
func dialWithin(ctx context.Context, n scenarios.Network, within time.Duration, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return n.DialContext(ctx, network, addr)
}
