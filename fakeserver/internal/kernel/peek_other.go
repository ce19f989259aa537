//go:build !unix

package kernel

import "net"

// A Peeker is not possible here.
type Peeker struct{}

// NewPeeker always fails: its error wraps errors.ErrUnsupported.
func NewPeeker(c net.Conn) (*Peeker, error) { return nil, unsupported("Peek") }

// Peek is never called.
func (*Peeker) Peek(p []byte) (int, error) { return 0, unsupported("Peek") }

// Take is never called.
func (*Peeker) Take(p []byte) (int, error) { return 0, unsupported("Take") }
