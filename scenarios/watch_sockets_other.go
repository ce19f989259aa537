//go:build !linux

package scenarios

import "errors"

// diagSockets is what only Linux has.
func diagSockets(uint16) ([]socket, error) { return nil, errors.ErrUnsupported }

// hasRoom returns false: this platform does not list a process's descriptors.
func hasRoom(client, server uint16) bool { return false }
