package reference

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// DropsItsConnection returns a logger that gives a connection up to which a line takes longer
// than patience, and sends the line once more, on the next: it never has the same
// connection for long while its collector does not read. A line that is not through then is
// lost, and so is what Close comes in between of. It keeps NeverBlocksItsCaller,
// BoundedMemory and CloseIsBounded.
func DropsItsConnection(within, patience time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		d := &dropper{network: scenarios.NetworkOf(ctx), addr: addr, within: within, patience: patience}
		l := newLog(d)
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: d.Close, Err: d.Err, Lost: d.Lost}, d.dial()
	}}
}

// QueuesAndDrops breaks BoundedMemory and CloseIsBounded: it gives connections up, as
// DropsItsConnection does, but no line, and it takes all that come.
func QueuesAndDrops(within, patience time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		d := &dropper{network: scenarios.NetworkOf(ctx), addr: addr, within: within, patience: patience}
		if err := d.dial(); err != nil {
			return scenarios.Log{}, err
		}
		q := &endless{conn: stubborn{d, ctx}, more: make(chan struct{}, 1), done: make(chan struct{})}
		go q.run()
		l := newLog(q)
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: q.Close}, nil
	}}
}

// A dropper is a connection that is replaced when it does not take a line in time.
type dropper struct {
	account
	network  scenarios.Network
	addr     string
	within   time.Duration // for dialing
	patience time.Duration // for a line

	mu     sync.Mutex // guards conn and closed
	conn   net.Conn   // nil: none
	closed bool
}

// Write sends p, and if it is not through in time, again on a new connection.
func (d *dropper) Write(p []byte) (int, error) {
	err := d.send(p)
	if err != nil {
		err = d.send(p)
	}
	if err != nil {
		return 0, d.lose(1, err)
	}
	return len(p), nil
}

// send sends p once. A connection on which that fails is given up.
func (d *dropper) send(p []byte) error {
	conn, err := d.get()
	if err != nil {
		return err
	}
	conn.SetWriteDeadline(time.Now().Add(d.patience))
	if _, err = conn.Write(p); err != nil {
		d.drop(conn)
	}
	return err
}

// get returns the connection, which it dials if there is none.
func (d *dropper) get() (net.Conn, error) {
	if err := d.dial(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, net.ErrClosed
	}
	return d.conn, nil
}

// dial dials if there is no connection.
func (d *dropper) dial() error {
	d.mu.Lock()
	needed := d.conn == nil && !d.closed
	d.mu.Unlock()
	if !needed {
		return nil
	}
	conn, err := dialWithin(context.Background(), d.network, d.within/2, "tcp", d.addr)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		conn.Close()
		return nil
	}
	d.conn = conn
	return nil
}

func (d *dropper) drop(conn net.Conn) {
	conn.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == conn {
		d.conn = nil
	}
}

// Close ends the connection, and so a Write that waits for it.
func (d *dropper) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.conn == nil {
		return nil
	}
	return d.conn.Close()
}

// stubborn is a dropper that drops no line, until the collector has gone.
type stubborn struct {
	*dropper
	ctx context.Context
}

func (s stubborn) Write(p []byte) (int, error) {
	for s.ctx.Err() == nil {
		if err := s.send(p); err == nil {
			return len(p), nil
		}
	}
	return 0, context.Cause(s.ctx)
}
