//go:build !linux && !darwin

package kernel

import "runtime"

func sendQueue(uintptr) (int, error)    { return 0, unsupported("Unacked on " + runtime.GOOS) }
func receiveQueue(uintptr) (int, error) { return 0, unsupported("Unread on " + runtime.GOOS) }
