//go:build !linux

package kernel

import (
	"net/netip"
	"runtime"
)

func canGuard() error { return unsupported("a guard on " + runtime.GOOS) }

func guardTCP(string, netip.AddrPort) ([]uintptr, netip.AddrPort, error) {
	return nil, netip.AddrPort{}, unsupported("GuardTCP on " + runtime.GOOS)
}

func guardUDP(string, netip.AddrPort) ([]uintptr, netip.AddrPort, error) {
	return nil, netip.AddrPort{}, unsupported("GuardUDP on " + runtime.GOOS)
}

func guardListener(uintptr, string, netip.AddrPort) ([]uintptr, netip.AddrPort, error) {
	return nil, netip.AddrPort{}, unsupported("GuardListener on " + runtime.GOOS)
}

func onlyIPv6(uintptr) bool { return false }

func setReusePort(uintptr, bool) error { return unsupported("SO_REUSEPORT on " + runtime.GOOS) }

func forgetSharing(uint16) {}

// closeAll has nothing to do: no guard is ever made here.
func closeAll([]uintptr) error { return nil }
