//go:build !linux

package benchwork

import "net"

// segment can't do it here: one write is one datagram.
func segment(*net.UDPConn, int) int { return 1 }
