//go:build !linux

package kernel

import (
	"net/netip"
	"runtime"
	"time"
)

func newFiller(netip.AddrPort) (*Filler, error) {
	return nil, unsupported("NewFiller on " + runtime.GOOS)
}

func connected(uintptr, time.Duration) (bool, error) { return false, nil }

func closeByRST(uintptr) error { return nil }
