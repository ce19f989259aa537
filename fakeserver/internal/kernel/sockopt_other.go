//go:build !unix && !windows

package kernel

import "runtime"

const msgTrunc = 0

func setReuseAddr(uintptr, bool) error { return unsupported("SO_REUSEADDR on " + runtime.GOOS) }

func setReceiveBuffer(uintptr, int) error { return unsupported("ReceiveBuffer on " + runtime.GOOS) }
