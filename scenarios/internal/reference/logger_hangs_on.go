package reference

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// WaitsForItsCollector breaks CloseIsBoundedInAnOutage: its Close waits, without a deadline, for
// the collector to hang up, which shows that everything was read.
func WaitsForItsCollector(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		l := newLog(conn)
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: func() error {
			defer conn.Close()
			if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, conn)
			return err
		}}
	})
}

// DialsOnAndOn breaks CloseIsBoundedInAnOutage where connects are not answered: its Close waits
// for a goroutine that dials, with a timeout that is ten times as long as Close may take.
func DialsOnAndOn(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		r := &redialer{network: scenarios.NetworkOf(ctx), addr: addr, within: 10 * within}
		if err := r.dial(); err != nil {
			return scenarios.Log{}, err
		}
		q := &endless{conn: r, more: make(chan struct{}, 1), done: make(chan struct{})}
		go q.run()
		l := newLog(q)
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: q.Close}, nil
	}}
}
