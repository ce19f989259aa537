//go:build !unix

package kernel

import "net"

// ReadNow is not possible here: its error wraps errors.ErrUnsupported.
func ReadNow(c net.Conn, p []byte) (int, error) { return 0, unsupported("ReadNow") }

// A ReaderNow is not possible here.
type ReaderNow struct{}

// NewReaderNow always fails: its error wraps errors.ErrUnsupported.
func NewReaderNow(c net.Conn) (*ReaderNow, error) { return nil, unsupported("ReadNow") }

// ReadNow is never called.
func (*ReaderNow) ReadNow(p []byte) (int, error) { return 0, unsupported("ReadNow") }
