package reference

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// SendUDP is the UDP client: it dials "udp", writes one datagram, and closes.
func SendUDP(ctx context.Context, addr, message string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", addr)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(conn, message); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

// UDPClient returns a client that keeps every promise: it asks with one datagram
// and waits for one, until a deadline.
func UDPClient(want string, within time.Duration) scenarios.UDPClient {
	return askUDP(want, within, within)
}

// NoDeadlineUDP breaks HonoursDeadlineOnLoss: it waits for ever.
func NoDeadlineUDP(want string, within time.Duration) scenarios.UDPClient {
	return askUDP(want, within, 0)
}

// GuessesUDP breaks HonoursDeadlineOnLoss: it takes no answer for an empty one.
func GuessesUDP(want string, within time.Duration) scenarios.UDPClient {
	c := UDPClient(want, within)
	ask := c.Do
	c.Do = func(ctx context.Context, addr string) (string, error) {
		answer, _ := ask(ctx, addr)
		return answer, nil
	}
	return c
}

// askUDP returns a client whose deadline, if zero, is none.
func askUDP(want string, within, deadline time.Duration) scenarios.UDPClient {
	return scenarios.UDPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		conn, err := dial(ctx, "udp", addr, within)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if deadline == 0 {
			conn.SetDeadline(time.Time{})
		}
		if _, err := io.WriteString(conn, request); err != nil {
			return "", err
		}
		p := make([]byte, 65535)
		n, err := conn.Read(p)
		return string(p[:n]), err
	}}
}
