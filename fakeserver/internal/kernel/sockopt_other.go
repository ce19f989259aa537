//go:build !unix && !windows

package kernel

import "runtime"

const msgTrunc = 0

func setReceiveBuffer(uintptr, int) error { return unsupported("ReceiveBuffer on " + runtime.GOOS) }
