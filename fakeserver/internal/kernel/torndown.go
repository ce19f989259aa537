package kernel

import (
	"errors"
	"slices"
)

// IsTornDown reports whether a socket's error says that the other side tore the
// connection down.
//
// On Windows it knows Winsock's own numbers: package syscall's ECONNRESET is an
// invented one there, which no socket returns (golang/go#45621).
func IsTornDown(err error) bool {
	return slices.ContainsFunc(tornDown, func(known error) bool { return errors.Is(err, known) })
}
