//go:build !linux

package process

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
)

// Descriptors is what only Linux has, where a process can look into /proc.
func Descriptors() ([]Descriptor, error) { return nil, errUnsupported }

// Streams is what only Linux has, for the same reason.
func Streams(func(local, remote netip.AddrPort) bool) ([]int, error) { return nil, errUnsupported }

var errUnsupported = fmt.Errorf("the descriptors of a process on %s: %w", runtime.GOOS, errors.ErrUnsupported)

// String returns the descriptor's name.
func (d Descriptor) String() string { return d.Name }
