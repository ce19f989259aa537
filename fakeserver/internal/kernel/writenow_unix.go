//go:build unix

package kernel

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// WriteNow writes as much of p as c's send queue has room for, without waiting for more, and returns how much that was. If
// that is not all, the error is os.ErrDeadlineExceeded. c's write deadline must not have passed, and no Write may be under
// way: WriteNow would wait for it to end. For a conn that is no TCP or unix stream socket the error wraps
// errors.ErrUnsupported.
func WriteNow(c net.Conn, p []byte) (int, error) {
	if !isStream(c) {
		return 0, wrongType("WriteNow", c)
	}
	n, err := now("write", c, syscall.RawConn.Write, unix.Write, p)
	if err == nil && n < len(p) {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

// CanWriteNow reports whether WriteNow works on c.
func CanWriteNow(c net.Conn) bool { return isStream(c) }
