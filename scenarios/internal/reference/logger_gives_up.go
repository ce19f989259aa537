package reference

import (
	"context"
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

// GivesUpAtOnce breaks CopesWithLateCollector: if it can't dial when it is opened, it does not
// try again.
func GivesUpAtOnce(within time.Duration) scenarios.NetworkLogger { return opensAnyway(GivesUp(within)) }

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
	return opensAnyway(RedialsAtOnce(within))
}

// CountsNothing breaks CopesWithLateCollector: it is SaysNothing with a count of lost lines that
// knows of none.
func CountsNothing(within time.Duration) scenarios.NetworkLogger {
	l := SaysNothing(within)
	open := l.Open
	l.Open = func(ctx context.Context, addr string) (scenarios.Log, error) {
		log, err := open(ctx, addr)
		log.Lost = func() int64 { return 0 }
		return log, err
	}
	return l
}

// opensAnyway returns a logger that is open though it could not dial.
func opensAnyway(l scenarios.NetworkLogger) scenarios.NetworkLogger {
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
