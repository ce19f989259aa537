package nettest

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// A Listener takes connections on a Network. It has what a *net.TCPListener has, except a
// descriptor and AcceptTCP. Its methods may be called from several goroutines at once.
type Listener struct {
	host    *Host
	network string
	addr    *net.TCPAddr

	// Under the network's mu.
	ready   sync.Cond // there is something for Accept
	queue   []*Conn   // the backlog
	backlog int
	window  int // of connections that come
	by      deadline
	closed  bool
}

// Listen listens for streams on an address of the host. A port of 0 picks a free one: the
// one behind that of the last time. No address, or an unspecified one, is all of
// localhost's, of both IP versions unless the network names one; for another host it is its own,
// and so is a loopback address. Nothing waits, so that the context means nothing.
//
// The error is EADDRINUSE, if somebody listens there; EADDRNOTAVAIL, if the address is
// not the host's; a *net.DNSError for a name that is not known.
func (h *Host) Listen(_ context.Context, network, address string) (net.Listener, error) {
	at, err := h.listenAddr("tcp", network, address)
	if err != nil {
		return nil, err
	}
	n := h.network
	n.mu.Lock()
	defer n.mu.Unlock()
	l := newListener(h, network)
	at, err = bind(&h.streams, network, at, l, func(port uint16) bool {
		return h.clients.isFree(port, binding[*Conn]{ip: at.Addr()})
	})
	l.addr = net.TCPAddrFromAddrPort(at)
	if err != nil {
		return nil, listenError(network, l.addr, err)
	}
	n.changed.Broadcast()
	return l, nil
}

func newListener(h *Host, network string) *Listener {
	n := h.network
	l := &Listener{host: h, network: network, backlog: or(n.Backlog, defaultBacklog), window: or(n.Window, defaultWindow)}
	l.ready.L = &n.mu
	return l
}

// Accept returns the connection that came first, and waits for one if there is none.
func (l *Listener) Accept() (net.Conn, error) {
	mu := l.ready.L
	mu.Lock()
	defer mu.Unlock()
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
	l.host.network.changed.Broadcast() // there is room
	return c, nil
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

// Close refuses connections from now on, and resets those that nobody has accepted.
func (l *Listener) Close() error {
	waiting, ok := l.close(false)
	if !ok {
		return l.opError("close", net.ErrClosed)
	}
	for _, c := range waiting {
		c.Reset()
	}
	return nil
}

// close reports whether the listener was open, and returns what is in its backlog. It may
// keep the address.
func (l *Listener) close(keep bool) (waiting []*Conn, ok bool) {
	n := l.host.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if l.closed {
		return nil, false
	}
	l.closed = true
	l.by.stop()
	if !keep {
		l.host.streams.unbind(l.addr.AddrPort(), l)
	}
	l.ready.Broadcast()
	n.changed.Broadcast()
	waiting, l.queue = l.queue, nil
	return waiting, true
}

// Addr returns the address, a *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return l.addr }

// SetDeadline makes Accepts, blocked ones too, fail after t with os.ErrDeadlineExceeded. If t
// is zero, they don't. The error after Close is a bare net.ErrClosed, as a *net.TCPListener's.
func (l *Listener) SetDeadline(t time.Time) error {
	if l.set(func() { l.by.set(t, &l.ready) }) != nil {
		return net.ErrClosed
	}
	return nil
}

// SetReadBuffer sets the window of connections that come from now on.
func (l *Listener) SetReadBuffer(bytes int) error { return l.set(func() { l.window = bytes }) }

func (l *Listener) set(change func()) error {
	mu := l.ready.L
	mu.Lock()
	defer mu.Unlock()
	if l.closed {
		return l.opError("set", net.ErrClosed)
	}
	change()
	return nil
}

// Backlog returns how many connections wait to be accepted.
func (l *Listener) Backlog() (int, error) {
	mu := l.ready.L
	mu.Lock()
	defer mu.Unlock()
	return len(l.queue), l.endLocked()
}

// SetBacklog sets how many connections may wait to be accepted. With 0, nobody who dials
// gets an answer; with less, it is Network.Backlog again.
func (l *Listener) SetBacklog(n int) error {
	return l.set(func() {
		if n < 0 {
			n = or(l.host.network.Backlog, defaultBacklog)
		}
		l.backlog = n
		l.host.network.changed.Broadcast()
	})
}

func (l *Listener) hasRoomLocked() bool { return len(l.queue) < l.backlog }

func (l *Listener) addLocked(c *Conn) {
	l.queue = append(l.queue, c)
	l.ready.Broadcast()
}

func (l *Listener) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: l.network, Addr: l.addr, Err: err}
}

// Suspend is Close, except that nobody else can listen on the address. It returns what
// takes connections again, as a new Listener with the same read buffer, and what gives
// the address up. One of the two may be called, once.
func (l *Listener) Suspend() (again func() (net.Listener, error), release func(), err error) {
	waiting, ok := l.close(true)
	if !ok {
		return nil, nil, l.opError("close", net.ErrClosed)
	}
	for _, c := range waiting {
		c.Reset()
	}
	return l.again, l.release, nil
}

func (l *Listener) again() (net.Listener, error) {
	n := l.host.network
	n.mu.Lock()
	defer n.mu.Unlock()
	next := newListener(l.host, l.network)
	next.addr, next.window = l.addr, l.window
	if !l.host.streams.replace(l.addr.AddrPort(), l, next) {
		return nil, listenError(l.network, l.addr, sysErr("bind", syscall.EADDRINUSE))
	}
	n.changed.Broadcast()
	return next, nil
}

func (l *Listener) release() {
	n := l.host.network
	n.mu.Lock()
	defer n.mu.Unlock()
	l.host.streams.unbind(l.addr.AddrPort(), l)
}

// listenAddr returns the address that somebody wants to listen on.
func (h *Host) listenAddr(family, network, address string) (netip.AddrPort, error) {
	known, err := familyOf(network)
	if err != nil {
		return netip.AddrPort{}, listenError(network, nil, err)
	}
	to, err := h.network.resolve(network, address)
	if err != nil {
		return netip.AddrPort{}, listenError(network, nil, err)
	}
	at := netip.AddrPortFrom(h.own(network, to[0].Addr()), to[0].Port())
	switch {
	case known != family:
		err = &net.AddrError{Err: "unexpected address type", Addr: at.String()}
	case !at.Addr().IsUnspecified() && h.network.owner(at.Addr()) != h:
		err = sysErr("bind", syscall.EADDRNOTAVAIL)
	default:
		return at, nil
	}
	return netip.AddrPort{}, listenError(network, netAddr(known, at), err)
}

// own returns what a host means by an address that is to be its own.
func (h *Host) own(network string, ip netip.Addr) netip.Addr {
	isAll := !ip.IsValid() || ip.IsUnspecified()
	switch {
	case !h.isLocal() && (isAll || ip.IsLoopback()):
		return h.addrs[0]
	case isAll:
		return all(network)
	}
	return ip
}

// bind gives an address to v, and picks a port if it has none.
func bind[T comparable](t *table[T], network string, at netip.AddrPort, v T, suits func(port uint16) bool) (netip.AddrPort, error) {
	b := binding[T]{ip: at.Addr(), only6: fits(network, netip.IPv6Unspecified()) && !fits(network, netip.IPv4Unspecified()), value: v}
	port := at.Port()
	if port == 0 {
		port = t.pick(b, suits)
	}
	if port == 0 || !t.isFree(port, b) {
		return at, sysErr("bind", syscall.EADDRINUSE)
	}
	t.bind(port, b)
	return netip.AddrPortFrom(at.Addr(), port), nil
}
