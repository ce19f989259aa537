package specimen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// goodPackets numbers its questions for as long as it lives, asks up to three times within its deadline,
// and takes a whole answer with the number of its question only.
type goodPackets struct {
	port
	asked int
}

func newGoodPackets(dial Dialer) client { return &goodPackets{port: port{dial: dial}} }

func (c *goodPackets) Ask(ctx context.Context, question string) (answer string, err error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	c.asked++
	const tries = 3
	for range tries {
		answer, err = askPacket(c.conn, fmt.Sprintf("%d ", c.asked), question, timeout/tries)
		if err == nil || ctx.Err() != nil {
			break
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, syscall.ECONNREFUSED) {
			break
		}
	}
	return answer, err
}

// askPacket makes one try.
func askPacket(conn net.Conn, tag, question string, within time.Duration) (string, error) {
	conn.SetDeadline(time.Now().Add(within))
	if _, err := fmt.Fprintf(conn, "%s%s\n", tag, question); err != nil {
		return "", err
	}
	for buf := make([]byte, 1500); ; {
		n, err := conn.Read(buf)
		if err != nil {
			return "", err
		}
		line, whole := strings.CutSuffix(string(buf[:n]), "\n")
		if text, ours := strings.CutPrefix(line, tag); whole && ours && text != "" {
			return text, nil
		}
	}
}

// socketPerQuestion opens a socket for each question, as resolvers do, and numbers it nevertheless: a port
// is given out again.
type socketPerQuestion struct {
	dial  Dialer
	asked int
}

func newSocketPerQuestion(dial Dialer) client { return &socketPerQuestion{dial: dial} }

func (c *socketPerQuestion) Ask(ctx context.Context, question string) (answer string, err error) {
	c.asked++
	const tries = 2
	for range tries {
		var conn net.Conn
		if conn, err = c.dial(ctx, "udp", server); err != nil {
			return "", err
		}
		answer, err = askPacket(conn, fmt.Sprintf("%d ", c.asked), question, timeout/tries)
		conn.Close()
		if err == nil {
			return answer, nil
		}
	}
	return "", err
}

func (c *socketPerQuestion) Close() error { return nil }
