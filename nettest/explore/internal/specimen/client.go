package specimen

import (
	"bufio"
	"context"
	"net"
	"time"

	"github.com/fakewire/fakewire/nettest/explore"
)

// A Dialer is what clients and loggers connect with: the DialContext of a Wire, or of a net.Dialer.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// server is the address that clients dial. A Wire leads to its server whatever it is.
const server = "server.test:4242"

// timeout is how long clients that have a deadline of their own give a call.
const timeout = 500 * time.Millisecond

// deadline returns when a call has to be over: after timeout, or when ctx is.
func deadline(ctx context.Context) time.Time {
	end := time.Now().Add(timeout)
	if sooner, ok := ctx.Deadline(); ok && sooner.Before(end) {
		return sooner
	}
	return end
}

// A client asks a server.
type client interface {
	Ask(ctx context.Context, question string) (string, error)
	Close() error
}

// asks returns a body in which a client asks one question after the other, a step for each.
func asks(open func(dial Dialer) client, questions ...string) explore.Body {
	return func(_ context.Context, w *explore.Wire) error {
		c := open(w.DialContext)
		defer c.Close()
		for _, q := range questions {
			w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, q) })
		}
		return nil
	}
}

// opensAndAsks is asks for a client that connects when it is made, which is a step, too. Without a
// client there is nothing to ask.
func opensAndAsks(open func(ctx context.Context, dial Dialer) (client, error), questions ...string) explore.Body {
	return func(_ context.Context, w *explore.Wire) error {
		var c client
		_, err := w.Do("open", func(ctx context.Context) (_ any, err error) {
			c, err = open(ctx, w.DialContext)
			return nil, err
		})
		if err != nil {
			return err
		}
		defer c.Close()
		for _, q := range questions {
			w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, q) })
		}
		return nil
	}
}

// A link is a connection that is dialed when it is needed, and again when it was hung up.
type link struct {
	dial Dialer
	conn net.Conn // nil: not connected
	r    *bufio.Reader
}

// connect sees to it that there is a connection.
func (l *link) connect(ctx context.Context) (err error) {
	if l.conn != nil {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	if l.conn, err = l.dial(ctx, "tcp", server); err != nil {
		l.conn = nil
		return err
	}
	l.r = bufio.NewReader(l.conn)
	return nil
}

// call connects, makes an exchange within a call's deadline, and hangs up if that fails.
func (l *link) call(ctx context.Context, exchange func() (string, error)) (string, error) {
	if err := l.connect(ctx); err != nil {
		return "", err
	}
	l.conn.SetDeadline(deadline(ctx))
	answer, err := exchange()
	if err != nil {
		l.hangUp()
	}
	return answer, err
}

// hangUp gives the connection up.
func (l *link) hangUp() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// Close hangs up.
func (l *link) Close() error {
	l.hangUp()
	return nil
}
