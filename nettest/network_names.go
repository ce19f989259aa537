package nettest

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// localhost is the name of the host whose methods a Network's own are.
const localhost = "localhost"

// Host returns the host with this name. A name that is not in n.Hosts gets the next
// free address of 10.0.0.0/8; an address, as a name, is the host that has it, or a new one.
func (n *Network) Host(name string) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hostLocked(name)
}

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

// setUpLocked makes the hosts that a Network begins with, once.
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

// hostAtLocked names the host with this address, which it makes if there is none.
func (n *Network) hostAtLocked(name string, ip netip.Addr) *Host {
	h := n.ownerLocked(ip)
	if h == nil {
		h = &Host{network: n, name: name, addrs: []netip.Addr{ip}}
		n.hosts = append(n.hosts, h)
	}
	n.names[name] = h
	return h
}

// ownerLocked returns the host that has this address, or nil. All of 127.0.0.0/8 belongs to
// localhost.
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
