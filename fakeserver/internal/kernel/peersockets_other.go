//go:build !linux

package kernel

import (
	"net"
	"net/netip"
	"runtime"
)

type socketQuery struct{}

func (*socketQuery) open(*net.UDPConn) error {
	return unsupported("PeerSockets on " + runtime.GOOS)
}

func (*socketQuery) cookie(netip.AddrPort) (uint64, error) { panic("never opened") }
func (*socketQuery) close() error                          { return nil }
