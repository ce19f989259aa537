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

// NoWriteDeadline breaks HonorsDeadlineSending: it has a deadline for reading only.
func NoWriteDeadline(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, writeWithoutDeadline)
}

// BeginsAgain breaks CopesWithFullWindow: when a write takes too long, it sends its
// request again on the same connection, from the start.
func BeginsAgain(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, func(conn net.Conn, p string) error {
		return writeInParts(conn, p, func(int) int { return 0 })
	})
}

// LeavesHoles breaks CopesWithFullWindow: when a write takes too long, it goes on with
// the next, though a part of this was not sent.
func LeavesHoles(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, writeWithHoles)
}

// GreetsFirst returns TCPClient with a Large that says hello, and waits for an answer to
// that, before it sends its request.
func GreetsFirst(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, greeting(writeAll))
}

// GreetsWithoutWriteDeadline is NoWriteDeadline for a client that says hello first.
func GreetsWithoutWriteDeadline(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, greeting(writeWithoutDeadline))
}

// GreetsAndLeavesHoles is LeavesHoles for a client that says hello first.
func GreetsAndLeavesHoles(want string, within time.Duration) scenarios.TCPClient {
	return sendsLarge(want, within, greeting(writeWithHoles))
}

// greeting returns write with a greeting before it.
func greeting(write func(conn net.Conn, p string) error) func(conn net.Conn, p string) error {
	return func(conn net.Conn, p string) error {
		if err := writeAll(conn, "HELO\n"); err != nil {
			return err
		}
		if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
			return err
		}
		return write(conn, p)
	}
}

func writeAll(conn net.Conn, p string) error {
	_, err := io.WriteString(conn, p)
	return err
}

func writeWithoutDeadline(conn net.Conn, p string) error {
	conn.SetWriteDeadline(time.Time{})
	return writeAll(conn, p)
}

func writeWithHoles(conn net.Conn, p string) error {
	return writeInParts(conn, p, func(at int) int { return at + part })
}

// How much is written at once, and how long that may take.
const (
	part     = 64 << 10
	patience = 500 * time.Millisecond
)

// writeInParts writes p, and goes on at next(at) when the part at at was not sent whole.
func writeInParts(conn net.Conn, p string, next func(at int) int) error {
	for at := 0; at < len(p); {
		conn.SetWriteDeadline(time.Now().Add(patience))
		_, err := io.WriteString(conn, p[at:min(len(p), at+part)])
		switch {
		case err == nil:
			at += part
		case errors.Is(err, os.ErrDeadlineExceeded):
			at = next(at)
		default:
			return err
		}
	}
	return nil
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
