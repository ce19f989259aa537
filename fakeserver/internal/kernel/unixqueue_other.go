//go:build !linux

package kernel

import (
	"net"
	"runtime"
)

func heldByPeer(*net.UnixConn) (int, error) {
	return 0, unsupported("PeerQueue of a unix socket on " + runtime.GOOS)
}
