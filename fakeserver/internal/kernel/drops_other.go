//go:build !linux

package kernel

import "runtime"

func dropCount(uintptr) (uint32, error) { return 0, unsupported("Drops on " + runtime.GOOS) }

// memInfo is nothing here.
type memInfo struct{}

func (memInfo) read(fd uintptr) error { _, err := dropCount(fd); return err }

func (memInfo) drops() uint32 { return 0 }

func waitingBytes(uintptr) (uint32, error) { return 0, unsupported("Waiting on " + runtime.GOOS) }
