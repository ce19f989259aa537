package reference

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// A link is one connection of a forwarder, which finds out by itself that it has
// ended: the collector says nothing until then.
type link struct {
	conn net.Conn
	took int64 // lines written
	stop func() bool

	gone chan struct{} // closed when the collector has ended the connection
	err  error         // how; read after gone is closed
}

var errHungUp = errors.New("the collector hung up")

func newLink(ctx context.Context, conn net.Conn) *link {
	k := &link{conn: conn, gone: make(chan struct{})}
	k.stop = context.AfterFunc(ctx, k.interrupt)
	go k.watch()
	return k
}

// watch reads until the collector's end.
func (k *link) watch() {
	defer close(k.gone)
	if _, k.err = io.Copy(io.Discard, k.conn); k.err == nil {
		k.err = errHungUp
	}
}

// interrupt ends all waiting.
func (k *link) interrupt() { k.conn.SetDeadline(time.Unix(1, 0)) }

func (k *link) hasGone() bool {
	select {
	case <-k.gone:
		return true
	default:
		return false
	}
}

func (k *link) write(line []byte) error {
	_, err := k.conn.Write(line)
	if err == nil {
		k.took++
	}
	return err
}

// finish ends the logger's direction and waits for the collector's end, which
// comes when it has read everything. An end that came before says nothing of that.
func (k *link) finish() error {
	if k.hasGone() {
		return k.err
	}
	if err := k.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		return err
	}
	if <-k.gone; errors.Is(k.err, errHungUp) {
		return nil
	}
	return k.err
}

func (k *link) close() {
	k.stop()
	k.conn.Close()
	<-k.gone
}

// A dialer dials, and pauses between one dial and the next: longer each time, but
// as short as the first time when the last dial was long ago. That a connect
// succeeded does not make it shorter: a collector that takes a connection only to
// reset it is as busy as one that refuses.
type dialer struct {
	network scenarios.Network
	addr    string
	within  time.Duration
	last    time.Time     // of the last dial
	wait    time.Duration // before the next
}

func (d *dialer) dial(ctx context.Context) (*link, error) {
	d.wait = min(2*d.wait, d.within/4)
	if d.wait == 0 || time.Since(d.last) > d.within {
		d.wait = d.within / 50
	}
	d.last = time.Now()
	conn, err := dialWithin(ctx, d.network, d.within/2, "tcp", d.addr)
	if err != nil {
		return nil, err
	}
	return newLink(ctx, conn), nil
}

// pause waits until the next dial is due. It reports false when ctx is done.
func (d *dialer) pause(ctx context.Context) bool {
	t := time.NewTimer(time.Until(d.last.Add(d.wait)))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// An account is what a logger reports of lines that it lost.
type account struct {
	mu   sync.Mutex // guards lost and err
	lost int64
	err  error // the last
}

// lose counts n lines, and returns err.
func (a *account) lose(n int64, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost += n
	a.err = err
	return err
}

// note keeps err though no line is lost yet.
func (a *account) note(err error) { a.lose(0, err) }

// Err returns the last error, or nil.
func (a *account) Err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

// Lost returns how many lines were lost, or may have been.
func (a *account) Lost() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lost
}
