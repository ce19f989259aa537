package nettest

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
)

// localhost is the host whose methods a Network's are.
const localhost = "localhost"

// hostLocked returns the host with this name, which it makes if there is none.
func (n *Network) hostLocked(name string) *Host {
	n.setUpLocked()
	if h := n.names[name]; h != nil {
		return h
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return n.hostAtLocked(name, ip.Unmap())
	}
	return n.hostAtLocked(name, n.freeAddrLocked())
}

// setUpLocked makes the hosts that a Network has from the beginning.
func (n *Network) setUpLocked() {
	if n.names != nil {
		return
	}
	n.names = map[string]*Host{}
	n.changed.L = &n.mu
	local := n.hostAtLocked(localhost, netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	local.addrs = append(local.addrs, netip.IPv6Loopback())
	for _, name := range slices.Sorted(maps.Keys(n.Hosts)) {
		ip, err := netip.ParseAddr(n.Hosts[name])
		if err != nil {
			panic(fmt.Sprintf("nettest: Network.Hosts: %q: %v", name, err))
		}
		n.hostAtLocked(name, ip.Unmap())
	}
}

// hostAtLocked gives a name to the host with this address, which it makes if there is none.
func (n *Network) hostAtLocked(name string, ip netip.Addr) *Host {
	h := n.ownerLocked(ip)
	if h == nil {
		h = &Host{network: n, name: name, addrs: []netip.Addr{ip}}
		n.hosts = append(n.hosts, h)
	}
	n.names[name] = h
	return h
}

// ownerLocked returns the host that has this address, or nil. All of 127.0.0.0/8 is
// localhost's.
func (n *Network) ownerLocked(ip netip.Addr) *Host {
	for _, h := range n.hosts {
		if slices.Contains(h.addrs, ip) || ip.IsLoopback() && h.isLocal() {
			return h
		}
	}
	return nil
}

func (n *Network) owner(ip netip.Addr) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ownerLocked(ip)
}

func (n *Network) freeAddrLocked() netip.Addr {
	ip := netip.AddrFrom4([4]byte{10, 0, 0, 1})
	for n.ownerLocked(ip) != nil {
		ip = ip.Next()
	}
	return ip
}

// resolve returns what address stands for, in the order in which it is to be tried. No
// address at all is any port of all of a host's.
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

// split returns the parts of an address. Of none at all they are zero.
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

// lookup returns the addresses of a host. No name at all is an address that is not valid: all that
// a host has. As in package net, IPv6's [::] may mean IPv4's.
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
