package reference

import (
	"context"
	"io"
	"log"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// newLog returns the logger of network logging: the standard one, with a prefix,
// the date and the short file's name.
func newLog(w io.Writer) *log.Logger { return log.New(w, "example: ", log.Ldate|log.Lshortfile) }

// The lines of LogAndPanic and LogAndFatal.
const (
	FirstLine = "a regular line"
	LastLine  = "the last words"
)

// LogAndPanic is network logging: on a connection to a collector, it logs
// FirstLine with Println and LastLine with Panicln, with a deferred Close.
func LogAndPanic(conn net.Conn) {
	defer conn.Close()
	l := newLog(conn)
	l.Println(FirstLine)
	l.Panicln(LastLine)
}

// LogAndFatal is LogAndPanic with Fatalln for Panicln: the process exits, and what
// it deferred does not run.
func LogAndFatal(conn net.Conn) {
	defer conn.Close()
	l := newLog(conn)
	l.Println(FirstLine)
	l.Fatalln(LastLine)
}

// StandardLogger returns network logging as a subject, over "tcp" or "udp". It
// keeps every promise but SurvivesReset: it dials once.
func StandardLogger(network string, within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Network: network, Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		l := newLog(conn)
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: conn.Close,
		}, nil
	}}
}

// NetworkLogger returns a logger that keeps every promise: the standard one, over
// a connection that is dialled anew when writing fails.
func NetworkLogger(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		r := &redialer{addr: addr, within: within / 2}
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
	addr   string
	within time.Duration // for dialling and writing once
	conn   net.Conn      // nil after an error
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
	r.conn, err = net.DialTimeout("tcp", r.addr, r.within)
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
