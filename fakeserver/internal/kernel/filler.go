package kernel

import (
	"net/netip"
	"time"
)

// A Filler is a client of our own: it takes the room for one that SetBacklog leaves at 0, so that no other dial gets an
// answer. (Linux.)
type Filler struct {
	fd   uintptr
	addr netip.AddrPort
}

// NewFiller begins to connect to an address of this host, and does not wait.
func NewFiller(to netip.AddrPort) (*Filler, error) { return newFiller(to) }

// Addr returns the address that the listener sees.
func (f *Filler) Addr() netip.AddrPort { return f.addr }

// Connected waits for the handshake to be complete, but no longer than d, and reports whether it is. If others have taken
// the room, it is not before a second.
func (f *Filler) Connected(d time.Duration) (bool, error) { return connected(f.fd, d) }

// Close ends it, with an RST.
func (f *Filler) Close() error { return closeByRST(f.fd) }
