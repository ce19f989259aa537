package reference

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// ResendsAfterFIN breaks SendsRequestOnce, but only where the connection ended in order:
// it takes that for one that was idle for too long.
func ResendsAfterFIN(want string, within time.Duration) scenarios.TCPClient {
	return resends(want, within, io.EOF)
}

// ResendsAfterSilence breaks SendsRequestOnce, but only where nothing came: it takes half
// of its time for a first try.
func ResendsAfterSilence(want string, within time.Duration) scenarios.TCPClient {
	return resends(want, within, os.ErrDeadlineExceeded)
}

// resends returns a client that sends its request again, once, when an error that is
// cause came in place of the answer.
func resends(want string, within time.Duration, cause error) scenarios.TCPClient {
	try := func(ctx context.Context, addr string) (string, error) {
		conn, err := dial(ctx, "tcp", addr, within/2)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, request); err != nil {
			return "", err
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		return strings.TrimSuffix(line, "\n"), err
	}
	return scenarios.TCPClient{Want: want, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		answer, err := try(ctx, addr)
		if errors.Is(err, cause) {
			answer, err = try(ctx, addr)
		}
		return answer, err
	}}
}
