//go:build !linux

package kernel

import (
	"net"
	"runtime"
)

type peerQuery struct{}

func (*peerQuery) open(*net.TCPConn) error { return unsupported("PeerQueue on " + runtime.GOOS) }
func (*peerQuery) unread() (int, error)    { return 0, unsupported("PeerQueue on " + runtime.GOOS) }
func (*peerQuery) close() error            { return nil }
