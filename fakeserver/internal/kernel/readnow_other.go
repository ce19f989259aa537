//go:build !unix

package kernel

import "net"

// ReadNow is not possible here: its error wraps errors.ErrUnsupported.
func ReadNow(c net.Conn, p []byte) (int, error) { return 0, unsupported("ReadNow") }

// CanReadNow returns false.
func CanReadNow(c net.Conn) bool { return false }
