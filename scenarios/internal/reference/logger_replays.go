package reference

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// Replays returns a logger that keeps LosesNothingInAReset, and so breaks
// ResendsNothingTwice: it keeps the lines that its connection took, and when that
// ends badly, sends them all again on the next.
func Replays(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		r := &replayer{network: scenarios.NetworkOf(ctx), addr: addr, within: within / 2}
		l := newLog(r)
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: r.Close,
		}, r.dial()
	}}
}

// A replayer keeps all that it was given, which is for programs with short logs.
type replayer struct {
	network scenarios.Network
	addr    string
	within  time.Duration // for sending or ending once
	conn    net.Conn
	sent    []byte
}

func (r *replayer) dial() error {
	conn, err := dialWithin(context.Background(), r.network, r.within, "tcp", r.addr)
	if err != nil {
		return err
	}
	r.conn = conn
	return conn.SetDeadline(time.Now().Add(r.within))
}

// Write sends p, and if that fails everything, on a new connection.
func (r *replayer) Write(p []byte) (int, error) {
	r.sent = append(r.sent, p...)
	r.conn.SetDeadline(time.Now().Add(r.within))
	if n, err := r.conn.Write(p); err == nil {
		return n, nil
	}
	if err := r.replay(); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (r *replayer) replay() error {
	r.conn.Close()
	if err := r.dial(); err != nil {
		return err
	}
	_, err := r.conn.Write(r.sent)
	return err
}

// Close waits for the collector's end, and sends everything again if that is none
// in order.
func (r *replayer) Close() error {
	defer func() { r.conn.Close() }()
	err := r.finish()
	if err == nil {
		return nil
	}
	if err := r.replay(); err != nil {
		return err
	}
	return r.finish()
}

func (r *replayer) finish() error {
	if err := r.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r.conn)
	return err
}
