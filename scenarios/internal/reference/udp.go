package reference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// SendUDP is the UDP client: it dials "udp", writes one datagram, and closes.
func SendUDP(ctx context.Context, addr, message string) error {
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(conn, message); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

// UDPClient returns a client of one server that keeps every promise. It numbers its requests,
// "1 hello from the client\n", and wants that number back in front of one line. It
// asks again three times within its deadline, on a socket that is connected to the
// server and that it keeps in a session.
func UDPClient(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{})
}

// PlainUDPClient returns UDPClient without numbers, for a server whose reply is
// always the same: a line in a datagram. It has no sessions, because nothing would
// tell a late reply from the next one, and keeps every promise that is not about
// those.
func PlainUDPClient(want string, within time.Duration) scenarios.UDPClient {
	c := newUDPClient(want, within, habits{numberless: true})
	c.Do, c.Open = doOnce(c.Open), nil
	return c
}

// habits are how a UDP client differs from a good one.
type habits struct {
	numberless bool // requests have no numbers
	once       bool // it asks only once
	patient    bool // it has no deadline

	dial func(ctx context.Context, addr string) (net.Conn, error)
	take func(tag, datagram string) (answer string, ok bool, err error)
}

// newUDPClient returns a client with these habits.
func newUDPClient(want string, within time.Duration, h habits) scenarios.UDPClient {
	if h.dial == nil {
		h.dial = func(ctx context.Context, addr string) (net.Conn, error) {
			return scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
		}
	}
	if h.take == nil {
		h.take = takeLine
	}
	return scenarios.UDPClient{Want: want, Within: within, Open: func(ctx context.Context, addr string) (scenarios.Session, error) {
		conn, err := h.dial(ctx, addr)
		a := &asker{habits: h, conn: conn, within: within}
		return scenarios.Session{Ask: a.ask, Close: func() error { return conn.Close() }}, err
	}}
}

// doOnce makes a whole exchange of a session.
func doOnce(open func(ctx context.Context, addr string) (scenarios.Session, error)) func(ctx context.Context, addr string) (string, error) {
	return func(ctx context.Context, addr string) (string, error) {
		s, err := open(ctx, addr)
		if err != nil {
			return "", err
		}
		defer s.Close()
		return s.Ask(ctx, 1)
	}
}

// An asker is a UDP client with its socket.
type asker struct {
	habits
	conn   net.Conn
	within time.Duration
	asked  int // requests
}

// tries is how often a client asks within its deadline.
const tries = 4

// ask sends a request until its reply comes. Each try has its share of the deadline
// from when it is made: were it counted from the beginning, a machine that stops
// for a while would leave none for the tries after that.
func (a *asker) ask(_ context.Context, n int) (string, error) {
	a.asked++
	tag := fmt.Sprintf("%d ", a.asked)
	if a.numberless {
		tag = ""
	}
	last := tries
	if a.once {
		last = 1
	}
	for try := 1; ; try++ {
		answer, err := a.try(tag, n, a.within/time.Duration(last))
		if try == last || !errors.Is(err, os.ErrDeadlineExceeded) {
			return answer, err
		}
	}
}

// try sends request n with a tag, and waits for its reply.
func (a *asker) try(tag string, n int, wait time.Duration) (string, error) {
	text := request
	if n > 1 {
		text = fmt.Sprintf("hello %d from the client\n", n)
	}
	if _, err := io.WriteString(a.conn, tag+text); err != nil {
		return "", err
	}
	if !a.patient {
		a.conn.SetReadDeadline(time.Now().Add(wait))
	}
	return a.await(tag)
}

// await reads until the reply to the request with that tag comes.
func (a *asker) await(tag string) (string, error) {
	for p := make([]byte, 1<<16); ; {
		n, err := a.conn.Read(p)
		if err != nil {
			return "", err
		}
		if answer, ok, err := a.take(tag, string(p[:n])); ok || err != nil {
			return answer, err
		}
	}
}

// takeLine takes the reply that begins with tag, and ends as it must.
func takeLine(tag, datagram string) (string, bool, error) {
	line, whole := strings.CutSuffix(datagram, "\n")
	answer, ours := strings.CutPrefix(line, tag)
	return answer, whole && ours && answer != "", nil
}
