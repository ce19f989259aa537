package nettest

import (
	"context"
	"net"
	"sync"
	"syscall"
	"time"
)

// A Listener accepts connections on a Network. It has what a *net.TCPListener has, except a
// descriptor and AcceptTCP. Its methods may be called from several goroutines at once.
type Listener struct {
	on      *Network
	ports   *table[*Listener] // of its host
	network string
	addr    *net.TCPAddr

	// The network's mu guards these.
	ready   sync.Cond // there is something for Accept
	queue   []*Conn   // the backlog
	backlog int
	window  int // of connections to come
	by      deadline
	closed  bool
}

func newListener(n *Network, ports *table[*Listener], network string) *Listener {
	l := &Listener{on: n, ports: ports, network: network, backlog: n.backlog(), window: n.window()}
	l.ready.L = &n.mu
	return l
}

// Accept returns the connection that came first. If there is none, it waits for one.
func (l *Listener) Accept() (net.Conn, error) {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	for {
		if err := l.endLocked(); err != nil {
			return nil, l.opError("accept", err)
		}
		if len(l.queue) > 0 {
			break
		}
		l.ready.Wait()
	}
	c := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	l.on.changed.Broadcast() // there is room
	return c, nil
}

// DialContext connects to the listener's address, from localhost.
func (l *Listener) DialContext(ctx context.Context) (net.Conn, error) {
	return l.on.DialContext(ctx, l.network, l.addr.String())
}

func (l *Listener) endLocked() error {
	switch {
	case l.closed:
		return net.ErrClosed
	case l.by.passed():
		return timeoutError{}
	}
	return nil
}

// Close refuses connections from now on, and resets those that were not accepted.
func (l *Listener) Close() error { return l.close(false) }

// close may keep the address.
func (l *Listener) close(keep bool) error {
	waiting, ok := l.stop(keep)
	if !ok {
		return l.opError("close", net.ErrClosed)
	}
	for _, c := range waiting {
		c.Reset()
	}
	return nil
}

// stop reports whether the listener was open, and returns its backlog.
func (l *Listener) stop(keep bool) (waiting []*Conn, ok bool) {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	if l.closed {
		return nil, false
	}
	l.closed = true
	l.by.stop()
	if !keep {
		l.ports.unbind(l.addr.AddrPort(), l)
	}
	l.ready.Broadcast()
	l.on.changed.Broadcast()
	waiting, l.queue = l.queue, nil
	return waiting, true
}

// Addr returns the address, a *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return l.addr }

// SetDeadline makes Accepts, including blocked ones, fail after t with os.ErrDeadlineExceeded.
// A zero t means that they don't. After Close, the error is a bare net.ErrClosed, as a
// *net.TCPListener's.
func (l *Listener) SetDeadline(t time.Time) error {
	if l.set(func() { l.by.set(t, &l.ready) }) != nil {
		return net.ErrClosed
	}
	return nil
}

// SetReadBuffer sets the window of connections that come from now on.
func (l *Listener) SetReadBuffer(bytes int) error { return l.set(func() { l.window = bytes }) }

func (l *Listener) set(change func()) error {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	if l.closed {
		return l.opError("set", net.ErrClosed)
	}
	change()
	return nil
}

// Backlog returns how many connections wait to be accepted.
func (l *Listener) Backlog() (int, error) {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	return len(l.queue), l.endLocked()
}

// SetBacklog sets how many connections may wait to be accepted. If n is 0, no dial
// gets an answer; if n is negative, it is Network.Backlog again.
func (l *Listener) SetBacklog(n int) error {
	return l.set(func() {
		if n < 0 {
			n = l.on.backlog()
		}
		l.backlog = n
		l.on.changed.Broadcast()
	})
}

func (l *Listener) hasRoomLocked() bool { return len(l.queue) < l.backlog }

func (l *Listener) addLocked(c *Conn) {
	l.queue = append(l.queue, c)
	l.ready.Broadcast()
}

// Suspend is Close, except that the address stays taken. One of the two functions that it
// returns may be called, once: again accepts connections on the address again, with a new
// Listener that has the same read buffer, and release gives the address up.
func (l *Listener) Suspend() (again func() (net.Listener, error), release func(), err error) {
	if err := l.close(true); err != nil {
		return nil, nil, err
	}
	return l.again, l.release, nil
}

func (l *Listener) again() (net.Listener, error) {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	next := newListener(l.on, l.ports, l.network)
	next.addr, next.window = l.addr, l.window
	if !l.ports.replace(l.addr.AddrPort(), l, next) {
		return nil, listenError(l.network, l.addr, sysErr("bind", syscall.EADDRINUSE))
	}
	l.on.changed.Broadcast()
	return next, nil
}

func (l *Listener) release() {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	l.ports.unbind(l.addr.AddrPort(), l)
}

func (l *Listener) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: l.network, Addr: l.addr, Err: err}
}
