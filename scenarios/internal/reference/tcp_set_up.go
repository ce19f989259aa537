package reference

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
)

// LogsIn returns a client that keeps every promise that TCPClient keeps. It waits for a
// greeting and logs in before it asks, and all that its server says has another length each
// time, as what holds a date or a number has.
func LogsIn(want string, within time.Duration) scenarios.TCPClient {
	return logsIn(want, within, 2, flaws{})
}

// LogsInOnce is LogsIn with one try.
func LogsInOnce(want string, within time.Duration) scenarios.TCPClient {
	return logsIn(want, within, 1, flaws{})
}

// WaitsInLogin breaks HonorsDeadline, and has all its deadlines once it has logged in.
func WaitsInLogin(want string, within time.Duration) scenarios.TCPClient {
	return logsIn(want, within, 1, flaws{waitsInSetUp: true})
}

// KeepsAfterLogin breaks KeepsAnswersApart, and only there: when its login took too long, it
// keeps the connection, and asks on it as if it had been answered.
func KeepsAfterLogin(want string, within time.Duration) scenarios.TCPClient {
	return logsIn(want, within, 1, flaws{keepsAfterLogin: true, trustsIdle: true})
}

// LeavesAtLogin breaks LeavesNothingBehind, and only there: it forgets a connection on which it
// could not log in.
func LeavesAtLogin(want string, within time.Duration) scenarios.TCPClient {
	return logsIn(want, within, 1, flaws{leavesAtLogin: true})
}

func logsIn(want string, within time.Duration, tries int, f flaws) scenarios.TCPClient {
	return withLogin(lineSubject(want, within, func(addr string) lineAsker {
		c := newLineClient(addr, within, tries, f)
		c.setUp = login
		return c
	}))
}

// withLogin returns c with a server that greets, and lets it log in.
func withLogin(c scenarios.TCPClient) scenarios.TCPClient {
	c.Handler = fakeserver.HandlerFunc(varies)
	return c
}

// login waits for the greeting, and logs in.
func login(conn *lineConn) error {
	if _, err := conn.readLine(); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "user\n"); err != nil {
		return err
	}
	_, err := conn.readLine()
	return err
}

// varies greets, lets the client log in, and answers lines with themselves, but for the spaces
// at their end.
func varies(_ context.Context, c *fakeserver.Conn) error {
	if _, err := io.WriteString(c, padded("hello")); err != nil {
		return err
	}
	return answerLines(c, bufio.NewReader(c), func(line string) string { return padded(short(line)) })
}

// padded returns a line with some spaces at its end.
func padded(line string) string { return line + strings.Repeat(" ", rand.IntN(20)) + "\n" }

// short returns what is said of a line: of a long one its length.
func short(line string) string {
	if len(line) < 100 {
		return line
	}
	return fmt.Sprintf("%d bytes", len(line))
}

// answerLines answers each line, until there are no more.
func answerLines(w io.Writer, r *bufio.Reader, answer func(line string) string) error {
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, answer(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
}

// TLS returns TCPClient over TLS, with its server. What the server wants of TLS is up to the
// caller: with an ECDSA key, say, its handshake has another length each time.
func TLS(want string, within time.Duration, server, client *tls.Config) scenarios.TCPClient {
	c := lineSubject(want, within, func(addr string) lineAsker {
		c := newLineClient(addr, within, 2, flaws{})
		c.setUp = func(conn *lineConn) error {
			secure := tls.Client(conn.Conn, client)
			conn.Conn, conn.r = secure, bufio.NewReader(secure)
			return secure.Handshake()
		}
		return c
	})
	c.Handler = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		secure := tls.Server(c, server)
		if err := secure.Handshake(); err != nil {
			return nil // what the wire did to it is in the words of crypto/tls
		}
		answerLines(secure, bufio.NewReader(secure), func(line string) string { return short(line) + "\n" })
		return nil
	})
	return c
}
