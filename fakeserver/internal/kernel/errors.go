package kernel

import (
	"errors"
	"fmt"
)

// ErrPeerGone says that the kernel knows no socket at the other end: it is on another host or in another
// network namespace, its process has closed it, or it has reset the connection.
var ErrPeerGone = errors.New("kernel: no peer socket on this host")

// unsupported is the error of a thing that can't be done here. It wraps errors.ErrUnsupported.
func unsupported(what string) error {
	return fmt.Errorf("kernel: %s: %w", what, errors.ErrUnsupported)
}

// wrongType is the error of a call on a socket that it isn't made for. It wraps errors.ErrUnsupported.
func wrongType(call string, socket any) error {
	return unsupported(fmt.Sprintf("%s of a %T", call, socket))
}
