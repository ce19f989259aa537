package nettest

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// A Host is a machine on a Network: addresses to listen on, and to dial from.
// [Network.Host] makes one. It is a fakeserver.Transport, as the Network is.
type Host struct {
	network *Network
	name    string
	addrs   []netip.Addr

	// Under the network's mu.
	ways    map[*Host]*way
	streams table[*Listener]
	clients table[*Conn]
	packets table[*PacketConn]
}

// Host returns the host with this name. A name that is not in n.Hosts gets the next
// free address of 10.0.0.0/8; an address, as a name, is the host that has it, or a new one.
func (n *Network) Host(name string) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hostLocked(name)
}

// Name returns the name by which the host was asked for first.
func (h *Host) Name() string { return h.name }

// Addr returns the host's address; the first, if it has more.
func (h *Host) Addr() netip.Addr { return h.addrs[0] }

// DialContext connects from the host to an address such as "localhost:80". The network is
// "tcp", "udp", or one of these with a 4 or a 6 behind it.
//
// Its errors are those of [net.Dialer.DialContext]: ECONNREFUSED, if nobody listens there; for an address that no
// host has, EHOSTUNREACH; a *net.DNSError for a name that is not known. It waits until ctx ends
// where nobody answers: the backlog is full, or a partition is in the way.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	family, err := familyOf(network)
	if err != nil {
		return nil, dialError(network, nil, err)
	}
	if address == "" {
		return nil, dialError(network, nil, errMissingAddress)
	}
	to, err := h.network.resolve(network, address)
	if err != nil {
		return nil, dialError(network, nil, err)
	}
	var first error
	for _, ap := range to {
		c, err := h.dial(ctx, family, network, ap)
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = dialError(network, netAddr(family, ap), err)
		}
	}
	return nil, first
}

// Dial is DialContext without a context.
func (h *Host) Dial(network, address string) (net.Conn, error) {
	return h.DialContext(context.Background(), network, address)
}

func (h *Host) dial(ctx context.Context, family, network string, to netip.AddrPort) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, asNet(err)
	}
	switch ip := to.Addr(); { // as Linux takes it
	case !ip.IsValid() && fits(network, netip.IPv4Unspecified()):
		to = netip.AddrPortFrom(loopback(netip.IPv4Unspecified()), to.Port())
	case !ip.IsValid(), ip.IsUnspecified():
		to = netip.AddrPortFrom(loopback(ip), to.Port())
	}
	from, ok := h.source(to.Addr())
	if !ok {
		return nil, sysErr("connect", syscall.ENETUNREACH)
	}
	if family == "udp" {
		return h.dialPacket(network, from, to)
	}
	if err := pause(ctx, h.network.ConnectLatency); err != nil {
		return nil, asNet(err)
	}
	return h.connect(ctx, network, from, to)
}

// source returns the address that the host sends from.
func (h *Host) source(to netip.Addr) (netip.Addr, bool) {
	for _, a := range h.addrs {
		if a.Is4() == to.Is4() {
			return a, true
		}
	}
	return netip.Addr{}, false
}

func (h *Host) isLocal() bool { return h.addrs[0].IsLoopback() }

// connect makes a connection, as soon as somebody answers.
func (h *Host) connect(ctx context.Context, network string, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	n := h.network
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		peer := n.ownerLocked(to.Addr())
		if peer == nil {
			return nil, sysErr("connect", syscall.EHOSTUNREACH)
		}
		if n.isOpenLocked(h, peer) {
			l := peer.streams.find(to)
			if l == nil || l.closed {
				return nil, sysErr("connect", syscall.ECONNREFUSED)
			}
			if l.hasRoomLocked() {
				return h.establishLocked(network, from, to, peer, l)
			}
		}
		if err := n.waitLocked(ctx); err != nil {
			return nil, asNet(err)
		}
	}
}

// establishLocked puts the one end into the backlog, and returns the other.
func (h *Host) establishLocked(network string, from netip.Addr, to netip.AddrPort, peer *Host, l *Listener) (net.Conn, error) {
	mine := binding[*Conn]{ip: from}
	port := h.clients.pick(mine, func(port uint16) bool { return h.streams.isFree(port, binding[*Listener]{ip: from}) })
	if port == 0 {
		return nil, sysErr("connect", syscall.EADDRNOTAVAIL)
	}
	local := netip.AddrPortFrom(from, port)
	client, server := newLink(local, to, h.network.wayLocked(h, peer), h.network.wayLocked(peer, h))
	client.network, server.network = network, l.network
	client.in.window, server.in.window = or(h.network.Window, defaultWindow), l.window
	if l.addr.IP.To4() == nil {
		server.local, server.remote = net.TCPAddrFromAddrPort(mapped(to)), net.TCPAddrFromAddrPort(mapped(local))
	}
	client.host, mine.value = h, client
	h.clients.bind(port, mine)
	l.addLocked(server)
	return client, nil
}

// release lets others have the port of a client's connection.
func (h *Host) release(c *Conn) {
	h.network.mu.Lock()
	h.clients.unbind(c.local.AddrPort(), c)
	h.network.mu.Unlock()
}

// waitLocked waits until something has changed. Its error is that ctx is done.
func (n *Network) waitLocked(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, n.wake)
	n.changed.Wait()
	stop()
	return ctx.Err()
}

func (n *Network) wake() {
	n.mu.Lock()
	n.changed.Broadcast()
	n.mu.Unlock()
}

// pause waits for d. Its error is that ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
