package reference

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// OneRead breaks ReassemblesSplitReplies: it takes what one Read gives for the
// whole reply.
func OneRead(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		p := make([]byte, 1024)
		n, err := conn.Read(p)
		return string(p[:n]), err
	})
}

// SwallowsErrors breaks ReportsReset: it reads until there is nothing more to read,
// for whatever reason, and returns what it has got.
func SwallowsErrors(want string, within time.Duration) scenarios.TCPClient {
	client := brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		var got strings.Builder
		for p := make([]byte, 1); !strings.HasSuffix(got.String(), "\n"); {
			if _, err := conn.Read(p); err != nil {
				break
			}
			got.Write(p)
		}
		return got.String(), nil
	})
	do := client.Do
	client.Do = func(ctx context.Context, addr string) (string, error) {
		answer, err := do(ctx, addr)
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "write" {
			return answer, nil
		}
		return answer, err
	}
	return client
}

// Scans breaks ReportsTruncatedReply: to a bufio.Scanner, what comes before an end of
// stream is a line.
func Scans(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		s := bufio.NewScanner(conn)
		if s.Scan() {
			return s.Text(), nil
		}
		return "", cmp.Or(s.Err(), io.ErrUnexpectedEOF)
	})
}

// DialsOn breaks ReportsRefused: it dials again until something listens.
func DialsOn(want string, within time.Duration) scenarios.TCPClient {
	good := TCPClient(want, within)
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		for ctx.Err() == nil {
			if answer, err := good.Do(ctx, addr); err == nil {
				return answer, nil
			}
			time.Sleep(10 * time.Millisecond)
		}
		return "", ctx.Err()
	}}
}

// Shrugs breaks ReportsRefused: where there is no connection there is no answer, and
// to it that is no error.
func Shrugs(want string, within time.Duration) scenarios.TCPClient {
	good := TCPClient(want, within)
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		answer, err := good.Do(ctx, addr)
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
			return "", nil
		}
		return answer, err
	}}
}

// NoDeadline breaks HonorsDeadline: it has one for dialing only.
func NoDeadline(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, 0, readLine)
}

// NoDialDeadline breaks HonorsDeadline: it has one for everything except dialing.
func NoDialDeadline(want string, within time.Duration) scenarios.TCPClient {
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(context.Background(), "tcp", addr)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(within))
		io.WriteString(conn, request)
		line, err := readLine(conn)
		return line, err
	}}
}

// GivesUpBetween breaks HonorsDeadline in the middle of a reply: it has a deadline
// for the first byte, and none for what follows.
func GivesUpBetween(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		first := make([]byte, 1)
		if _, err := conn.Read(first); err != nil {
			return "", err
		}
		conn.SetReadDeadline(time.Time{})
		rest, err := readLine(conn)
		return string(first) + rest, err
	})
}

// RenewsDeadline breaks HonorsDeadline: it has a deadline for each Read, and none for
// all of them.
func RenewsDeadline(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		var line []byte
		for p := make([]byte, 1); ; line = append(line, p[0]) {
			conn.SetReadDeadline(time.Now().Add(within))
			if _, err := conn.Read(p); err != nil || p[0] == '\n' {
				return string(line), err
			}
		}
	})
}

// brokenTCP returns a client that reads its answer as read does. If deadline is
// zero, it has none.
func brokenTCP(want string, within, deadline time.Duration, read func(net.Conn) (string, error)) scenarios.TCPClient {
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		conn, err := dial(ctx, "tcp", addr, within)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if deadline == 0 {
			conn.SetDeadline(time.Time{})
		}
		if _, err := io.WriteString(conn, request); err != nil {
			return "", err // an RST may come before it
		}
		line, err := read(conn)
		return strings.TrimSuffix(line, "\n"), err
	}}
}

func readLine(conn net.Conn) (string, error) {
	var line []byte
	for p := make([]byte, 1); ; line = append(line, p[0]) {
		if _, err := conn.Read(p); err != nil {
			return string(line), err
		}
		if p[0] == '\n' {
			return string(line), nil
		}
	}
}
