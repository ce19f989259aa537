package nettest

import (
	"net/netip"
	"slices"
)

// The ports that are given to those who ask for none: Linux' range.
const (
	firstPort = 32768
	lastPort  = 60999
)

// A table holds what is bound to a host's ports. It needs the network's mu.
type table[T comparable] struct {
	bound map[uint16][]binding[T]
	last  uint16 // the last port that was given out
}

// A binding is to one address, or, if that is unspecified, to all.
type binding[T comparable] struct {
	ip    netip.Addr
	only6 bool // [::] is not to stand for IPv4's addresses, too
	value T
}

// bind gives a port to b.
func (t *table[T]) bind(port uint16, b binding[T]) {
	if t.bound == nil {
		t.bound = map[uint16][]binding[T]{}
	}
	t.bound[port] = append(t.bound[port], b)
}

// unbind takes this very address from v, if it is still v's.
func (t *table[T]) unbind(ap netip.AddrPort, v T) {
	rest := slices.DeleteFunc(t.bound[ap.Port()], func(b binding[T]) bool { return b.ip == ap.Addr() && b.value == v })
	if t.bound[ap.Port()] = rest; len(rest) == 0 {
		delete(t.bound, ap.Port())
	}
}

// replace puts a value in another's place. It reports whether that was bound to this very
// address.
func (t *table[T]) replace(ap netip.AddrPort, old, v T) bool {
	for i, b := range t.bound[ap.Port()] {
		if b.ip == ap.Addr() && b.value == old {
			t.bound[ap.Port()][i].value = v
			return true
		}
	}
	return false
}

// find returns what takes what comes to ap: what is bound to that very address, or
// else to all. If nothing does, it is zero.
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

// isFree reports whether nothing is bound that has an address in common with b.
func (t *table[T]) isFree(port uint16, b binding[T]) bool {
	return !slices.ContainsFunc(t.bound[port], func(other binding[T]) bool {
		return other.covers(b.ip) || b.covers(other.ip)
	})
}

// covers reports whether ip is one of b's addresses. [::] is one of 0.0.0.0's, and the
// other way round, unless it is for IPv6 only.
func (b *binding[T]) covers(ip netip.Addr) bool {
	if b.ip == ip {
		return true
	}
	return b.ip.IsUnspecified() && (b.ip.Is4() == ip.Is4() || b.ip.Is6() && !b.only6)
}

// pick returns a free port for b that also suits its caller: the next one, so that no
// port is soon used again. If there is none, it is 0.
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
