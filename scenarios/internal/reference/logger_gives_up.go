package reference

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// GivesUp breaks SurvivesRestart: it dials anew once, and if that fails, never
// again. It survives a reset.
func GivesUp(within time.Duration) scenarios.NetworkLogger {
	return redials(within, func(r *redialer) *scenarios.Log {
		refused := false
		l := newLog(writerFunc(func(p []byte) (int, error) {
			if refused {
				return len(p), nil
			}
			n, err := r.Write(p)
			refused = err != nil
			return n, err
		}))
		return &scenarios.Log{Print: func(line string) { l.Println(line) }}
	})
}

// CountsErrors breaks CountsLostLines: it counts the writes that failed, and not
// the lines that were lost without one.
func CountsErrors(within time.Duration) scenarios.NetworkLogger {
	return redials(within, func(r *redialer) *scenarios.Log {
		var lost atomic.Int64
		l := newLog(writerFunc(func(p []byte) (int, error) {
			n, err := r.Write(p)
			if err != nil {
				lost.Add(1)
			}
			return n, err
		}))
		return &scenarios.Log{Print: func(line string) { l.Println(line) }, Lost: lost.Load}
	})
}

// SaysNothing breaks ReportsRefusedCollector: it dials when it has a line to send,
// and whether that worked is its secret.
func SaysNothing(within time.Duration) scenarios.NetworkLogger {
	l := RedialsAtOnce(within)
	open := l.Open
	l.Open = func(ctx context.Context, addr string) (scenarios.Log, error) {
		log, _ := open(ctx, addr)
		return log, nil
	}
	return l
}

// redials returns a logger over a connection that is dialed anew when writing
// fails.
func redials(within time.Duration, open func(*redialer) *scenarios.Log) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		r := &redialer{network: scenarios.NetworkOf(ctx), addr: addr, within: within / 2}
		log := open(r)
		log.Close = r.Close
		return *log, r.dial()
	}}
}

// UDPLogger returns the standard logger over UDP, with a writer that keeps the
// errors. It keeps every promise that a UDP logger can make.
func UDPLogger(within time.Duration) scenarios.NetworkLogger {
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
