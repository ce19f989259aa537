//go:build unix

package reference

import (
	"errors"
	"net"
	"syscall"
	"time"
)

// isQuiet reports whether the other side has sent nothing: no byte, no FIN and no RST.
// It does not wait, but for a moment where there is no socket.
func isQuiet(conn net.Conn) bool {
	sock, ok := conn.(syscall.Conn)
	if !ok {
		return isQuietFor(conn, time.Microsecond)
	}
	conn.SetReadDeadline(time.Time{}) // with one that has passed, nothing would be read
	raw, err := sock.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Read(func(fd uintptr) bool {
		_, err := syscall.Read(int(fd), make([]byte, 1))
		quiet = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && quiet
}
