package reference

import (
	"context"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// RedialsAtOnce returns the standard logger over a connection that is dialed anew
// when writing fails. It breaks NoReconnectStorm: it does so for every line. It
// throws its errors away, and counts nothing.
func RedialsAtOnce(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		r := &redialer{network: scenarios.NetworkOf(ctx), addr: addr, within: within / 2}
		l := newLog(r)
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: r.Close,
		}, r.dial()
	}}
}

// A redialer is a connection that comes back. The standard logger calls its Write
// by one goroutine at a time, once for each line.
type redialer struct {
	network scenarios.Network
	addr    string
	within  time.Duration // for dialing and writing once
	conn    net.Conn      // nil after an error
}

// Write sends p on the connection there is, and if that fails, all of p on a new
// one, once. The receiver of the first part of p sees a line without an end.
func (r *redialer) Write(p []byte) (int, error) {
	if r.conn != nil {
		if n, err := r.send(p); err == nil {
			return n, nil
		}
	}
	if err := r.dial(); err != nil {
		return 0, err
	}
	return r.send(p)
}

func (r *redialer) send(p []byte) (int, error) {
	r.conn.SetWriteDeadline(time.Now().Add(r.within))
	n, err := r.conn.Write(p)
	if err != nil {
		r.Close()
	}
	return n, err
}

func (r *redialer) dial() (err error) {
	r.conn, err = dialWithin(context.Background(), r.network, r.within, "tcp", r.addr)
	return err
}

// Close closes the connection, if there is one.
func (r *redialer) Close() error {
	if r.conn == nil {
		return nil
	}
	conn := r.conn
	r.conn = nil
	return conn.Close()
}
