//go:build !unix

package reference

import "net"

// isQuiet reports true: this platform has no read that does not wait.
func isQuiet(net.Conn) bool { return true }
