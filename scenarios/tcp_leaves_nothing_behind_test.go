package scenarios_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// A connection that nothing refers to any more is closed by the garbage collector, sooner
// or later: it is left behind all the same.
func TestCollectionHidesNoForgottenConnection(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1)) // sooner
	err := scenarios.Run(hasty(t.Context()), scenarios.LeavesNothingBehind, func() scenarios.TCPClient {
		return scenarios.TCPClient{Handler: pongs, Want: "PONG", Within: soon, Do: forgets}
	})
	if err == nil || !strings.Contains(err.Error(), "after an exchange on a healthy wire: 1s later there is still connection 1, which the client did not end") {
		t.Errorf("LeavesNothingBehind of a client that closes after a failure only: %v", err)
	}
	if percent := debug.SetGCPercent(1); percent != 1 {
		t.Errorf("the garbage collector is left at %d", percent)
	}
}

// forgets is a client that closes its connection after a failure only.
func forgets(ctx context.Context, addr string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	conn.SetDeadline(time.Now().Add(soon))
	if _, err = io.WriteString(conn, "PING\n"); err == nil {
		var line string
		if line, err = bufio.NewReader(conn).ReadString('\n'); err == nil {
			return strings.TrimSuffix(line, "\n"), nil
		}
	}
	conn.Close()
	return "", err
}
