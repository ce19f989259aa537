//go:build !unix

package kernel

import (
	"net"
	"sync"
)

// ReadDatagram is not possible here: its error wraps errors.ErrUnsupported.
func ReadDatagram(net.Conn, *sync.Pool) (*[]byte, int, error) {
	return nil, 0, unsupported("ReadDatagram")
}

// ReadDatagramNow is not possible here: its error wraps errors.ErrUnsupported.
func ReadDatagramNow(net.Conn, *sync.Pool) (*[]byte, int, error) {
	return nil, 0, unsupported("ReadDatagramNow")
}
