package nettest

import (
	"net/netip"
	"slices"
)

// The range of ports that are picked for port 0: Linux's.
const (
	firstPort = 32768
	lastPort  = 60999
)

// A table holds what is bound to a host's ports. The network's mu guards it.
type table[T comparable] struct {
	bound map[uint16][]binding[T]
	last  uint16 // the port that was picked last
}

// A binding is to one address, or to all of them if that is unspecified.
type binding[T comparable] struct {
	ip    netip.Addr
	only6 bool // [::] does not cover IPv4's addresses
	value T
}

// bind adds a binding to a port.
func (t *table[T]) bind(port uint16, b binding[T]) {
	if t.bound == nil {
		t.bound = map[uint16][]binding[T]{}
	}
	t.bound[port] = append(t.bound[port], b)
}

// unbind removes the binding of exactly this address to v, if there is one.
func (t *table[T]) unbind(ap netip.AddrPort, v T) {
	rest := slices.DeleteFunc(t.bound[ap.Port()], func(b binding[T]) bool { return b.ip == ap.Addr() && b.value == v })
	if t.bound[ap.Port()] = rest; len(rest) == 0 {
		delete(t.bound, ap.Port())
	}
}

// replace binds v in place of old. It reports whether old was bound to exactly this address.
func (t *table[T]) replace(ap netip.AddrPort, old, v T) bool {
	for i, b := range t.bound[ap.Port()] {
		if b.ip == ap.Addr() && b.value == old {
			t.bound[ap.Port()][i].value = v
			return true
		}
	}
	return false
}

// find returns what gets what is sent to ap: what is bound to exactly that address, or
// else what is bound to all of them, or else zero.
func (t *table[T]) find(ap netip.AddrPort) (found T) {
	for _, b := range t.bound[ap.Port()] {
		if b.ip == ap.Addr() {
			return b.value
		}
		if b.covers(ap.Addr()) {
			found = b.value
		}
	}
	return found
}

// isFree reports whether nothing that is bound to port has an address in common with b.
func (t *table[T]) isFree(port uint16, b binding[T]) bool {
	return !slices.ContainsFunc(t.bound[port], func(other binding[T]) bool {
		return other.covers(b.ip) || b.covers(other.ip)
	})
}

// covers reports whether ip is one of b's addresses. [::] and 0.0.0.0 cover each other,
// unless [::] is for IPv6 only.
func (b *binding[T]) covers(ip netip.Addr) bool {
	if b.ip == ip {
		return true
	}
	return b.ip.IsUnspecified() && (b.ip.Is4() == ip.Is4() || b.ip.Is6() && !b.only6)
}

// pick returns a free port for b that also suits the caller, or 0 if there is none. It takes
// the next one, so that a port is not soon used again.
func (t *table[T]) pick(b binding[T], suits func(port uint16) bool) uint16 {
	for range lastPort - firstPort + 1 {
		if t.last++; t.last < firstPort || t.last > lastPort {
			t.last = firstPort
		}
		if t.isFree(t.last, b) && suits(t.last) {
			return t.last
		}
	}
	return 0
}
