package nettest

import (
	"context"
	"net"
	"net/netip"
	"syscall"
)

// Listen listens for streams on an address of the host. A port of 0 picks a free one: the
// next one after the last that was picked. The empty address, or an unspecified one, is all of
// localhost's, of both IP versions unless the network names one. For another host it is its own,
// and so is a loopback address. Listen does not wait, so it ignores the context.
//
// The error is EADDRINUSE, if the address is in use; EADDRNOTAVAIL, if it is not the host's;
// a *net.DNSError, for a name that is not known.
func (h *Host) Listen(_ context.Context, network, address string) (net.Listener, error) {
	at, err := h.listenAddr("tcp", network, address)
	if err != nil {
		return nil, err
	}
	n := h.network
	n.mu.Lock()
	defer n.mu.Unlock()
	l := newListener(n, &h.streams, network)
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

// listenAddr returns the address to listen on.
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

// own returns the address that ip stands for if the host is to listen on it.
func (h *Host) own(network string, ip netip.Addr) netip.Addr {
	isAll := !ip.IsValid() || ip.IsUnspecified()
	switch {
	case !h.isLocal() && (isAll || ip.IsLoopback()):
		return h.addrs[0]
	case isAll:
		return unspecified(network)
	}
	return ip
}

// bind binds v to an address, and picks a port if that has none.
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
