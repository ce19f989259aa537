package nettest

import (
	"net"
	"net/netip"
	"strconv"
)

// resolve returns what address stands for, in the order in which to try it. The empty
// address is port 0 of no host: see lookup.
func (n *Network) resolve(network, address string) ([]netip.AddrPort, error) {
	host, port, err := split(network, address)
	if err != nil {
		return nil, err
	}
	addrs, err := n.lookup(host)
	if err != nil {
		return nil, err
	}
	var to []netip.AddrPort
	for _, ip := range addrs {
		if fits(network, ip) {
			to = append(to, netip.AddrPortFrom(ip, port))
		}
	}
	if len(to) == 0 {
		return nil, &net.AddrError{Err: "no suitable address found", Addr: host}
	}
	return to, nil
}

// split returns the parts of an address. Those of the empty address are zero.
func split(network, address string) (host string, port uint16, err error) {
	if address == "" {
		return "", 0, nil
	}
	host, service, err := net.SplitHostPort(address)
	if err == nil {
		port, err = portOf(network, service)
	}
	return host, port, err
}

// lookup returns the addresses of a host. The empty name gives one that is not valid, which
// stands for all addresses of whatever host it is used on. As in package net, [::] may stand
// for 0.0.0.0.
func (n *Network) lookup(host string) ([]netip.Addr, error) {
	if host == "" {
		return []netip.Addr{{}}, nil
	}
	switch ip, err := netip.ParseAddr(host); {
	case err == nil && ip == netip.IPv6Unspecified():
		return []netip.Addr{ip, netip.IPv4Unspecified()}, nil
	case err == nil:
		return []netip.Addr{ip.Unmap()}, nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.setUpLocked()
	if h := n.names[host]; h != nil {
		return h.addrs, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func portOf(network, service string) (uint16, error) {
	if port, err := strconv.ParseUint(service, 10, 16); err == nil {
		return uint16(port), nil
	}
	port, err := net.LookupPort(network, service)
	return uint16(port), err
}
