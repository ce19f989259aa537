//go:build !unix

package kernel

import "runtime"

func readable(uintptr) (int, error) {
	return 0, unsupported("Backlog of a unix listener on " + runtime.GOOS)
}
