package nettest

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// DialContext connects from the host to an address such as "localhost:80". The network is
// "tcp" or "udp", or one of these followed by a 4 or a 6.
//
// Its errors are those of [net.Dialer.DialContext]: ECONNREFUSED, if nothing listens there; EHOSTUNREACH, for
// an address that no host has; a *net.DNSError, for a name that is not known. Where there is no answer, because
// the backlog is full or a partition is in the way, it waits until ctx ends.
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

func (h *Host) dial(ctx context.Context, family, network string, to netip.AddrPort) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, asNet(err)
	}
	switch ip := to.Addr(); { // as on Linux
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

// connect makes a connection as soon as there is an answer.
func (h *Host) connect(ctx context.Context, network string, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	n := h.network
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		peer := n.ownerLocked(to.Addr())
		if peer == nil {
			return nil, sysErr("connect", syscall.EHOSTUNREACH)
		}
		if h.isOpenLocked(peer) {
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

// establishLocked puts one end into the backlog, and returns the other.
func (h *Host) establishLocked(network string, from netip.Addr, to netip.AddrPort, peer *Host, l *Listener) (net.Conn, error) {
	mine := binding[*Conn]{ip: from}
	port := h.clients.pick(mine, func(port uint16) bool { return h.streams.isFree(port, binding[*Listener]{ip: from}) })
	if port == 0 {
		return nil, sysErr("connect", syscall.EADDRNOTAVAIL)
	}
	local := netip.AddrPortFrom(from, port)
	client, server := newLink(local, to, h.wayLocked(peer), peer.wayLocked(h))
	client.network, server.network = network, l.network
	client.in.window, server.in.window = h.network.window(), l.window
	if l.addr.IP.To4() == nil {
		server.local, server.remote = net.TCPAddrFromAddrPort(mapped(to)), net.TCPAddrFromAddrPort(mapped(local))
	}
	client.ports, mine.value = h, client
	h.clients.bind(port, mine)
	l.addLocked(server)
	return client, nil
}

// release frees the port of a client's connection.
func (h *Host) release(c *Conn) {
	h.network.mu.Lock()
	h.clients.unbind(c.local.AddrPort(), c)
	h.network.mu.Unlock()
}

// pause waits for d, or fails when ctx is done.
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
