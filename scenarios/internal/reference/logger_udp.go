package reference

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// UDPLogger returns the standard logger over UDP, with a writer that keeps the
// errors. It keeps every promise that a UDP logger can make.
func UDPLogger(within time.Duration) scenarios.NetworkLogger {
	return overUDP(within, func(conn net.Conn, a *account) func(p []byte) (int, error) {
		return func(p []byte) (int, error) {
			n, err := conn.Write(p)
			if err != nil && !errors.Is(err, net.ErrClosed) { // of the line before: this one was not sent
				a.lose(1, err)
				n, err = conn.Write(p)
			}
			if err != nil {
				a.lose(1, err)
			}
			return n, err
		}
	})
}

// GivesUpUDP breaks SurvivesRestart: one "connection refused" is its last word.
func GivesUpUDP(within time.Duration) scenarios.NetworkLogger {
	return overUDP(within, func(conn net.Conn, a *account) func(p []byte) (int, error) {
		return func(p []byte) (int, error) {
			if err := a.Err(); err != nil {
				return 0, a.lose(1, err)
			}
			n, err := conn.Write(p)
			if err != nil {
				a.lose(1, err)
			}
			return n, err
		}
	})
}

// BlamesTheNextLine breaks DeliversFirstLineAfterAnOutage: it takes "connection refused" for the
// end of the line that it was to send.
func BlamesTheNextLine(within time.Duration) scenarios.NetworkLogger {
	return overUDP(within, func(conn net.Conn, a *account) func(p []byte) (int, error) {
		return func(p []byte) (int, error) {
			n, err := conn.Write(p)
			if err != nil {
				a.lose(1, err)
			}
			return n, err
		}
	})
}

func overUDP(within time.Duration, write func(net.Conn, *account) func(p []byte) (int, error)) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Network: "udp", Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		a := new(account)
		l := newLog(writerFunc(write(conn, a)))
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: conn.Close,
			Err:   a.Err,
		}, nil
	}}
}
