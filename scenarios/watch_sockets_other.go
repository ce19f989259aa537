//go:build !linux

package scenarios

import "errors"

// diagSockets is what only Linux has.
func diagSockets(uint16) ([]socket, error) { return nil, errors.ErrUnsupported }
