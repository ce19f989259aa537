//go:build !unix

package kernel

import "runtime"

func readable(uintptr) (int, error) {
	return 0, unsupported("HasBacklog and Waiting of unix sockets on " + runtime.GOOS)
}
