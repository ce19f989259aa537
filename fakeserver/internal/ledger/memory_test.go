package ledger_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// memory is a transport in memory that can do what the kernel's can: bounded
// windows, half-close and RST. It works in a synctest bubble.
type memory struct {
	window int
	conns  chan net.Conn
	closed chan struct{}
}

func newMemory(window int) *memory { return &memory{window: window, conns: make(chan net.Conn)} }

func (m *memory) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	m.closed = make(chan struct{})
	return m, nil
}

func (m *memory) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	return nil, errors.ErrUnsupported
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error   { close(m.closed); return nil }
func (m *memory) Addr() net.Addr { return memoryAddr{} }

func (m *memory) dial() (client, error) {
	up, down := newLane(m.window), newLane(m.window)
	select {
	case m.conns <- &memoryConn{in: up, out: down}:
		return &memoryConn{in: down, out: up}, nil
	case <-m.closed:
		return nil, syscall.ECONNREFUSED
	}
}

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "in memory" }

// memoryConn is one end of a connection.
type memoryConn struct{ in, out *memoryLane }

func (c *memoryConn) LocalAddr() net.Addr         { return memoryAddr{} }
func (c *memoryConn) RemoteAddr() net.Addr        { return memoryAddr{} }
func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.write(p) }

func (c *memoryConn) CloseWrite() error { return c.out.finish() }

// Close sends a FIN; with unread input, an RST, as Linux does.
func (c *memoryConn) Close() error {
	unread, err := c.Unread()
	if err != nil {
		return err
	}
	c.in.leave()
	if unread > 0 {
		c.out.tearDown()
	} else {
		c.out.finish()
	}
	c.out.shut()
	return nil
}

func (c *memoryConn) Reset() error {
	c.in.leave()
	c.out.tearDown()
	c.out.shut()
	return nil
}

// Unread returns how many bytes have arrived and wait to be read.
func (c *memoryConn) Unread() (int, error) { return c.in.waiting(true) }

// Unacked returns 0: what is written is at the other end.
func (c *memoryConn) Unacked() (int, error) { return 0, nil }

// PeerUnread returns how many written bytes the other end has not read.
func (c *memoryConn) PeerUnread() (int, error) { return c.out.waiting(false) }

func (c *memoryConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *memoryConn) SetReadDeadline(t time.Time) error {
	return c.in.update(func(l *memoryLane) { l.readBy = t })
}

func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	return c.out.update(func(l *memoryLane) { l.writeBy = t })
}

// memoryLane is one direction of a connection.
type memoryLane struct {
	window int

	mu              sync.Mutex // guards what follows
	data            []byte
	fin, rst        bool
	noReader        bool // the reading end is closed
	noWriter        bool // the writing end is closed
	readBy, writeBy time.Time
	changed         chan struct{} // closed at the next change
}

func newLane(window int) *memoryLane {
	return &memoryLane{window: window, changed: make(chan struct{})}
}

// update changes the lane and wakes who waits for that.
func (l *memoryLane) update(f func(*memoryLane)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l)
	l.wakeLocked()
	return nil
}

func (l *memoryLane) wakeLocked() {
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *memoryLane) finish() error {
	return l.update(func(l *memoryLane) { l.fin = true })
}
func (l *memoryLane) leave()    { l.update(func(l *memoryLane) { l.noReader = true }) }
func (l *memoryLane) shut()     { l.update(func(l *memoryLane) { l.noWriter = true }) }
func (l *memoryLane) tearDown() { l.update(func(l *memoryLane) { l.rst = !l.fin || l.rst }) }

func (l *memoryLane) waiting(reader bool) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reader && l.noReader {
		return 0, net.ErrClosed
	}
	return len(l.data), nil
}

// read takes what there is, or waits for something.
func (l *memoryLane) read(p []byte) (int, error) {
	for {
		l.mu.Lock()
		n, err := l.takeLocked(p)
		changed, until := l.changed, l.readBy
		l.mu.Unlock()
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		sleep(changed, until)
	}
}

func (l *memoryLane) takeLocked(p []byte) (n int, err error) {
	switch {
	case l.noReader:
		return 0, net.ErrClosed
	case isPast(l.readBy):
		return 0, os.ErrDeadlineExceeded
	case len(l.data) > 0:
		n = copy(p, l.data)
		l.data = l.data[n:]
		l.wakeLocked()
	case l.rst:
		return 0, syscall.ECONNRESET
	case l.fin:
		return 0, io.EOF
	}
	return n, nil
}

// write puts in what there is room for, and waits for more.
func (l *memoryLane) write(p []byte) (sum int, err error) {
	for {
		l.mu.Lock()
		n, err := l.putLocked(p[sum:])
		changed, until := l.changed, l.writeBy
		l.mu.Unlock()
		if sum += n; sum == len(p) || err != nil {
			return sum, err
		}
		sleep(changed, until)
	}
}

func (l *memoryLane) putLocked(p []byte) (int, error) {
	switch {
	case l.noWriter:
		return 0, net.ErrClosed
	case l.fin:
		return 0, syscall.EPIPE
	case l.noReader, l.rst:
		return 0, syscall.ECONNRESET
	case isPast(l.writeBy):
		return 0, os.ErrDeadlineExceeded
	}
	n := min(len(p), l.window-len(l.data))
	if n > 0 {
		l.data = append(l.data, p[:n]...)
		l.wakeLocked()
	}
	return n, nil
}

// sleep waits for ch or until a time; zero: for ever.
func sleep(ch <-chan struct{}, until time.Time) {
	var timer <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ch:
	case <-timer:
	}
}

func isPast(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
