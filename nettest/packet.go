package nettest

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// A PacketConn sends and receives datagrams on a Network. It has what a *net.UDPConn has,
// except a descriptor, and fails as that does on Linux. Its methods may be called from several
// goroutines at once.
//
// One that was dialed is connected: it is a net.Conn, and accepts datagrams from its
// peer only. If nothing has the peer's port, its next call returns ECONNREFUSED, once.
type PacketConn struct {
	host    *Host
	network string // as it was dialed or listened on
	local   *net.UDPAddr
	remote  *net.UDPAddr // nil, unless it is connected
	from    netip.AddrPort
	to      netip.AddrPort // not valid, unless it is connected
	socket  uint64         // its number on the network, from 1

	mu       sync.Mutex // guards what follows
	readable sync.Cond  // there is something to be read
	readBy   deadline
	writeBy  deadline
	queue    packetQueue
	errno    syscall.Errno // what the next call returns, once
	closed   bool
}

// ListenPacket listens for datagrams on an address of the host. Addresses and errors are
// as for Listen.
func (h *Host) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	at, err := h.listenAddr("udp", network, address)
	if err != nil {
		return nil, err
	}
	c, err := h.newPacketConn(network, at, netip.AddrPort{})
	if err != nil {
		return nil, listenError(network, net.UDPAddrFromAddrPort(at), err)
	}
	return c, nil
}

func (h *Host) dialPacket(network string, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	c, err := h.newPacketConn(network, netip.AddrPortFrom(from, 0), to)
	if err != nil {
		return nil, err
	}
	c.remote = net.UDPAddrFromAddrPort(to)
	return c, nil
}

func (h *Host) newPacketConn(network string, at, to netip.AddrPort) (*PacketConn, error) {
	n := h.network
	c := &PacketConn{host: h, network: network, to: to}
	c.readable.L = &c.mu
	c.queue.limit = n.packetBuffer()
	n.mu.Lock()
	defer n.mu.Unlock()
	var err error
	c.socket = n.nextSocketLocked()
	c.from, err = bind(&h.packets, network, at, c, func(uint16) bool { return true })
	c.local = net.UDPAddrFromAddrPort(c.from)
	return c, err
}

// Close closes the socket. Blocked calls return net.ErrClosed, as do all later ones.
func (c *PacketConn) Close() error {
	if !c.shut() {
		return c.opError("close", c.RemoteAddr(), net.ErrClosed)
	}
	c.release()
	return nil
}

func (c *PacketConn) release() {
	n := c.host.network
	n.mu.Lock()
	defer n.mu.Unlock()
	c.host.packets.unbind(c.from, c)
}

// shut makes all calls fail. It reports whether the socket was open.
func (c *PacketConn) shut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.closed = true
	c.readBy.stop()
	c.writeBy.stop()
	c.readable.Broadcast()
	return true
}

// Suspend is Close, except that the address stays taken. One of the two functions that it
// returns may be called, once: again opens a new socket on the address, and release gives
// the address up.
func (c *PacketConn) Suspend() (again func() (net.PacketConn, error), release func(), err error) {
	if !c.shut() {
		return nil, nil, c.opError("close", c.RemoteAddr(), net.ErrClosed)
	}
	return c.again, c.release, nil
}

func (c *PacketConn) again() (net.PacketConn, error) {
	n := c.host.network
	n.mu.Lock()
	defer n.mu.Unlock()
	next := &PacketConn{host: c.host, network: c.network, local: c.local, from: c.from, socket: n.nextSocketLocked()}
	next.readable.L = &next.mu
	next.queue.limit = c.queue.limit
	if !c.host.packets.replace(c.from, c, next) {
		return nil, listenError(c.network, c.local, sysErr("bind", syscall.EADDRINUSE))
	}
	return next, nil
}

// LocalAddr returns the socket's address, a *net.UDPAddr.
func (c *PacketConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address that the socket is connected to, a *net.UDPAddr, or nil if
// it is not connected.
func (c *PacketConn) RemoteAddr() net.Addr {
	if c.remote == nil {
		return nil
	}
	return c.remote
}

// DialContext connects a new socket to c's address, from localhost.
func (c *PacketConn) DialContext(ctx context.Context) (net.Conn, error) {
	return c.host.network.DialContext(ctx, c.network, c.local.String())
}

// SetDeadline sets both deadlines.
func (c *PacketConn) SetDeadline(t time.Time) error {
	return c.set(func() {
		c.readBy.set(t, &c.readable)
		c.writeBy.set(t, &c.readable)
	})
}

// SetReadDeadline makes Reads, including blocked ones, fail after t with
// os.ErrDeadlineExceeded. A zero t means that they don't.
func (c *PacketConn) SetReadDeadline(t time.Time) error {
	return c.set(func() { c.readBy.set(t, &c.readable) })
}

// SetWriteDeadline makes Writes, which never block, fail after t with
// os.ErrDeadlineExceeded. A zero t means that they don't.
func (c *PacketConn) SetWriteDeadline(t time.Time) error {
	return c.set(func() { c.writeBy.set(t, &c.readable) })
}

// SetReadBuffer sets how many bytes of datagrams may wait to be read. They count as for
// Network.PacketBuffer.
func (c *PacketConn) SetReadBuffer(bytes int) error {
	return c.set(func() { c.queue.limit = bytes })
}

// SetWriteBuffer does nothing: what is sent has arrived at once.
func (c *PacketConn) SetWriteBuffer(int) error { return c.set(func() {}) }

func (c *PacketConn) set(change func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return &net.OpError{Op: "set", Net: c.network, Addr: c.local, Err: net.ErrClosed}
	}
	change()
	return nil
}

// Drops returns how many datagrams were lost because too many waited to be read.
func (c *PacketConn) Drops() (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queue.drops, nil
}

// Waiting returns how many datagrams wait to be read.
func (c *PacketConn) Waiting() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queue.count, nil
}

func (c *PacketConn) opError(op string, addr net.Addr, err error) error {
	return &net.OpError{Op: op, Net: c.network, Source: c.local, Addr: addr, Err: err}
}
