package reference

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// SendTCP is the simple TCP client: it dials, writes, and closes.
func SendTCP(ctx context.Context, addr, message string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(conn, message); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

// request is what the clients of this package ask. What they want for an answer is
// up to the server.
const request = "hello from the client\n"

// TCPClient returns a client that keeps every promise: it asks for one line, reads
// to the line's end, however many reads that takes, and gives up at a deadline for
// all of it, dialling included.
func TCPClient(want string, within time.Duration) scenarios.TCPClient {
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		conn, err := dial(ctx, "tcp", addr, within)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		return askLine(conn)
	}}
}

// dial connects, with a deadline for dialling and everything after it.
func dial(ctx context.Context, network, addr string, within time.Duration) (net.Conn, error) {
	deadline := time.Now().Add(within)
	d := net.Dialer{Deadline: deadline}
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(deadline)
}

// askLine asks and reads one line.
func askLine(conn net.Conn) (string, error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}
