package reference

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// AskAll sends all requests, one after the other, and returns the lines that come back.
// It does not try again.
func (c *lineClient) AskAll(ctx context.Context, requests []string) (answers []string, err error) {
	err = c.inTurn(ctx, func(ctx context.Context, conn *lineConn) (*lineConn, error) {
		if conn, err = c.usable(ctx, conn); err != nil {
			return nil, err
		}
		answers, err = conn.pipeline(ctx, requests, c.flaws.reply())
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	})
	return answers, err
}

// pipeline sends the requests and reads as many replies with read, until ctx is done.
func (conn *lineConn) pipeline(ctx context.Context, requests []string, read func(*lineConn) (string, error)) (answers []string, err error) {
	stop := conn.until(ctx)
	defer stop()
	for _, request := range requests {
		if _, err := io.WriteString(conn, request); err != nil {
			return nil, err
		}
	}
	for range requests {
		answer, err := read(conn)
		if err != nil {
			return answers, err
		}
		answers = append(answers, answer)
	}
	if !stop() {
		return nil, context.Cause(ctx)
	}
	return answers, nil
}

// reply returns what reads one reply of several that are due.
func (f flaws) reply() func(*lineConn) (string, error) {
	switch {
	case f.freshReaders:
		return (*lineConn).readAfresh
	case f.glues:
		return (*lineConn).readOnly
	case f.dropsHalves:
		return readWhole()
	}
	return (*lineConn).readLine
}

// readAfresh throws away what the reader had read too early.
func (conn *lineConn) readAfresh() (string, error) {
	conn.r = bufio.NewReader(conn.Conn)
	return conn.readLine()
}

// readOnce takes what one Read gives for a reply, with its end.
func (conn *lineConn) readOnce() (string, error) {
	p := make([]byte, 1024)
	n, err := conn.Read(p)
	return string(p[:n]), err
}

// readOnly is readOnce without the end.
func (conn *lineConn) readOnly() (string, error) {
	all, err := conn.readOnce()
	return strings.TrimSuffix(all, "\n"), err
}

// readWhole returns what reads the whole replies that one Read gives, and throws away what
// is there of the next.
func readWhole() func(*lineConn) (string, error) {
	var lines []string
	return func(conn *lineConn) (string, error) {
		for len(lines) == 0 {
			all, err := conn.readOnce()
			if err != nil {
				return "", err
			}
			lines = strings.SplitAfter(all, "\n")
			lines = lines[:len(lines)-1]
		}
		line := lines[0]
		lines = lines[1:]
		return strings.TrimSuffix(line, "\n"), nil
	}
}

// FreshReaders breaks TakesRepliesOneAtATime: it makes a new bufio.Reader for each
// reply.
func FreshReaders(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{freshReaders: true})
}

// GluesReplies breaks TakesRepliesOneAtATime, too: it takes what one Read gives for one
// reply.
func GluesReplies(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{glues: true})
}

// DropsHalves breaks TakesRepliesOneAtATime where the end of one Read is in the middle of
// a reply: it knows that a Read may give several, and throws away what is not whole.
func DropsHalves(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{dropsHalves: true})
}

// AsksInTurn is no subject for TakesRepliesOneAtATime: its AskAll waits for each reply
// before it sends the next request.
func AsksInTurn(want string, within time.Duration) scenarios.TCPClient {
	good := TCPClient(want, within)
	open := good.Open
	good.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		s.AskAll = func(ctx context.Context, n int) (answers []string, err error) {
			for i := range n {
				answer, err := s.Ask(ctx, i+1)
				if err != nil {
					return answers, err
				}
				answers = append(answers, answer)
			}
			return answers, nil
		}
		return s, err
	}
	return good
}
