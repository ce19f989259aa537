//go:build !linux

package scenarios

import "net/netip"

// descriptors returns nothing: this platform does not list a process's descriptors.
func descriptors(addrs, netip.AddrPort) []int { return nil }

// hasRoom returns false, for the same reason.
func hasRoom(client, server uint16) bool { return false }
