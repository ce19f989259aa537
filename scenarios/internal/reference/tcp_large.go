package reference

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// NoWriteDeadline breaks HonoursDeadlineSending: it has a deadline for reading only.
func NoWriteDeadline(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, func(conn net.Conn, p string) error {
		conn.SetWriteDeadline(time.Time{})
		_, err := io.WriteString(conn, p)
		return err
	})
}

// BeginsAgain breaks CopesWithFullWindow: when a write takes too long, it sends its
// request again on the same connection, from the start.
func BeginsAgain(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, func(conn net.Conn, p string) error {
		return writeOn(conn, p, func(rest string, n int) string { return p })
	})
}

// LeavesHoles breaks CopesWithFullWindow: when a write takes too long, it goes on
// behind the part that it could not send.
func LeavesHoles(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, func(conn net.Conn, p string) error {
		return writeOn(conn, p, func(rest string, n int) string { return rest[min(len(rest)-1, n+1000):] })
	})
}

// writeOn writes p, and each time that the window stays full, what next makes of the
// rest, of which n bytes were sent.
func writeOn(conn net.Conn, p string, next func(rest string, n int) string) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		conn.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
		n, err := io.WriteString(conn, p)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		p = next(p, n)
	}
	return os.ErrDeadlineExceeded
}

// sendsLarge returns TCPClient with a Large that writes its request as write does.
func sendsLarge(want string, within time.Duration, write func(conn net.Conn, p string) error) scenarios.TCPClient {
	c := TCPClient(want, within)
	c.Large = func(ctx context.Context, addr string) (string, error) {
		conn, err := dial(ctx, "tcp", addr, within)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if err := write(conn, strings.Repeat("x", scenarios.LargeRequest)+"\n"); err != nil {
			return "", err
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		return strings.TrimSuffix(line, "\n"), err
	}
	return c
}
