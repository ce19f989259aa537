//go:build !linux

package kernel

import "runtime"

func acceptable(uintptr) (int, error) { return 0, unsupported("HasBacklog on " + runtime.GOOS) }

func canListenAgain() error { return unsupported("SetBacklog on " + runtime.GOOS) }

func listenAgain(uintptr, int) error { return canListenAgain() }
