//go:build !unix

package kernel

import "net"

// WriteNow is not possible here: its error wraps errors.ErrUnsupported.
func WriteNow(c net.Conn, p []byte) (int, error) { return 0, unsupported("WriteNow") }

// CanWriteNow returns false.
func CanWriteNow(c net.Conn) bool { return false }
