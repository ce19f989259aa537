package reference

import (
	"errors"
	"net"
	"os"
	"time"
)

// isQuietFor reports whether the other side sends nothing for d.
func isQuietFor(conn net.Conn, d time.Duration) bool {
	conn.SetReadDeadline(time.Now().Add(d))
	_, err := conn.Read(make([]byte, 1))
	conn.SetReadDeadline(time.Time{})
	return errors.Is(err, os.ErrDeadlineExceeded)
}
