//go:build !unix

package reference

import (
	"net"
	"time"
)

// isQuiet reports whether the other side has sent nothing: no byte, no FIN and no RST.
// This platform has no read that does not wait, so it waits for a moment.
func isQuiet(conn net.Conn) bool { return isQuietFor(conn, time.Millisecond) }
