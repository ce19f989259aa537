package reference

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// Spreads returns a TCP logger that keeps what NetworkLogger does, but for the order of its
// lines: it has two connections, and sends lines on them in turn.
func Spreads(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Unordered: true, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		first := newForwarder(scenarios.NetworkOf(ctx), addr, within, within/2)
		second := newForwarder(scenarios.NetworkOf(ctx), addr, within, within/2)
		var lines atomic.Int64
		return scenarios.Log{
			Print: func(line string) {
				f := first
				if lines.Add(1)%2 == 0 {
					f = second
				}
				f.Write([]byte(line + "\n"))
			},
			Close: func() error { return errors.Join(first.Close(), second.Close()) },
			Err:   func() error { return errors.Join(first.Err(), second.Err()) },
			Lost:  func() int64 { return first.Lost() + second.Lost() },
		}, nil
	}}
}
