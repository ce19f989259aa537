package reference

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// A lineClient asks for a line at a time, on a connection that it keeps. It connects
// when it needs to.
type lineClient struct {
	addr   string
	within time.Duration // for an Ask, whatever that takes
	tries  int           // how often an Ask sends its request at most
	flaws  flaws
	setUp  func(conn *lineConn) error // talks to the server before the first request; may be nil

	life context.Context // done once it is closed
	end  context.CancelFunc
	turn chan *lineConn // holds the connection, or nil, when no Ask is at work
}

// A lineConn is a connection with what was read of it too early.
type lineConn struct {
	net.Conn
	r    *bufio.Reader
	wire net.Conn // what Conn is sent over: itself, or what is below TLS
}

func newLineClient(addr string, within time.Duration, tries int, f flaws) *lineClient {
	c := &lineClient{addr: addr, within: within, tries: tries, flaws: f, turn: make(chan *lineConn, 1)}
	c.life, c.end = context.WithCancel(context.Background())
	c.turn <- nil
	return c
}

// Ask sends the request, and returns the line that comes back. Asks follow one another.
func (c *lineClient) Ask(ctx context.Context, request string) (answer string, err error) {
	err = c.inTurn(ctx, func(ctx context.Context, conn *lineConn) (kept *lineConn, err error) {
		answer, kept, err = c.try(ctx, conn, request)
		return kept, err
	})
	return answer, err
}

// inTurn calls f when no Ask is at work, with the connection or nil, and keeps what it
// returns. f has until c's deadline.
func (c *lineClient) inTurn(ctx context.Context, f func(context.Context, *lineConn) (*lineConn, error)) error {
	ctx, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	if c.life.Err() != nil {
		return net.ErrClosed
	}
	var conn *lineConn
	select {
	case conn = <-c.turn:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	conn, err := f(ctx, conn)
	c.turn <- conn
	if c.life.Err() != nil {
		c.Close() // which may have come before the connection was there
	}
	return err
}

// try exchanges as often as it may, and returns the connection if that is good for
// another exchange.
func (c *lineClient) try(ctx context.Context, conn *lineConn, request string) (answer string, kept *lineConn, err error) {
	for n := 1; ; n++ {
		if conn, err = c.usable(ctx, conn); err == nil {
			if answer, err = c.exchange(ctx, conn, request); err == nil {
				return answer, conn, nil
			}
			if c.keeps(ctx) {
				return "", conn, err
			}
			conn.Close()
			conn = nil
		} else if conn != nil {
			return "", conn, err
		}
		if n >= c.tries || !wasLost(err) || ctx.Err() != nil {
			return "", nil, err
		}
	}
}

// keeps reports whether c has a bug that lets it keep a connection that failed.
func (c *lineClient) keeps(ctx context.Context) bool {
	return c.flaws.neverRedials || c.flaws.keepsAfterTimeout && ctx.Err() != nil
}

// exchange sends the request and reads a line.
func (c *lineClient) exchange(ctx context.Context, conn *lineConn, request string) (string, error) {
	if c.flaws.readsOn {
		return conn.readOn(ctx, request, c.within)
	}
	return conn.exchange(ctx, request)
}

// usable returns conn, if that can be used, and a new connection if not.
func (c *lineClient) usable(ctx context.Context, conn *lineConn) (*lineConn, error) {
	if conn != nil {
		if c.flaws.trustsIdle || c.flaws.neverRedials || conn.isIdle() {
			return conn, nil
		}
		conn.Close()
	}
	if c.flaws.dialsOn {
		ctx = context.WithoutCancel(ctx)
	}
	raw, err := dialWithin(ctx, scenarios.NetworkOf(ctx), c.within, "tcp", c.addr)
	if err != nil {
		return nil, unsent{err}
	}
	conn = &lineConn{Conn: raw, r: bufio.NewReader(raw), wire: raw}
	if err := c.ready(ctx, conn); err != nil {
		return c.kept(conn), unsent{err}
	}
	return conn, nil
}

// unsent is an error before the request was sent.
type unsent struct{ error }

func (e unsent) Unwrap() error { return e.error }

// ready sets a new connection up.
func (c *lineClient) ready(ctx context.Context, conn *lineConn) error {
	if c.setUp == nil {
		return nil
	}
	if c.flaws.waitsInSetUp {
		ctx = context.WithoutCancel(ctx)
	}
	stop := conn.until(ctx)
	defer stop()
	if err := c.setUp(conn); err != nil || stop() {
		return err
	}
	return context.Cause(ctx)
}

// kept closes a connection that could not be set up, unless c has a bug.
func (c *lineClient) kept(conn *lineConn) *lineConn {
	switch {
	case c.flaws.keepsAfterLogin:
		return conn
	case c.flaws.leavesAtLogin:
		forgotten.keep(conn)
		return nil
	}
	conn.Close()
	return nil
}

// exchange sends the request and reads a line, until ctx is done.
func (conn *lineConn) exchange(ctx context.Context, request string) (string, error) {
	stop := conn.until(ctx)
	defer stop()
	if _, err := io.WriteString(conn, request); err != nil {
		return "", err
	}
	line, err := conn.readLine()
	if err == nil && !stop() { // else the deadline may hit the next exchange
		return "", context.Cause(ctx)
	}
	return line, err
}

// until lets reads and writes fail once ctx is done, or until the function returned is
// called, which reports whether it came first.
func (conn *lineConn) until(ctx context.Context) (stop func() bool) {
	conn.wire.SetDeadline(time.Time{}) // set-up may put TLS above it meanwhile
	return context.AfterFunc(ctx, func() { conn.wire.SetDeadline(time.Unix(1, 0)) })
}

// readLine returns the next line, without its end and the spaces before that.
func (conn *lineConn) readLine() (string, error) {
	line, err := conn.r.ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(line, " \n"), nil
}

// Close closes the connection without a word. A TLS connection would say goodbye, and wait for
// five seconds where the server does not read.
func (conn *lineConn) Close() error { return conn.wire.Close() }

// isIdle reports whether the connection is open and nothing came that was not asked
// for.
func (conn *lineConn) isIdle() bool { return conn.r.Buffered() == 0 && isQuiet(conn.wire) }

// wasLost reports whether err says that the connection was lost.
func wasLost(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// Close ends the connection, and an Ask that is at work, which may be in another
// goroutine.
func (c *lineClient) Close() error {
	if c.flaws.closesInTurn {
		conn := <-c.turn
		c.end()
		c.turn <- conn
	}
	c.end()
	select {
	case conn := <-c.turn:
		c.turn <- nil
		if conn != nil {
			return conn.Close()
		}
	default: // the Ask at work will see that its life is over
	}
	return nil
}
