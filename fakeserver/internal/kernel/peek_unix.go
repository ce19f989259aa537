//go:build unix

package kernel

import (
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Peeker looks at what has arrived on a stream socket. It has one user at a time.
type Peeker struct {
	raw syscall.RawConn
	try func(fd uintptr) bool // peek, made once
	p   []byte
	n   int
	err error
}

// NewPeeker returns a Peeker of c. For a conn that is no TCP or unix stream socket the error wraps
// errors.ErrUnsupported.
func NewPeeker(c net.Conn) (*Peeker, error) {
	if !isStream(c) {
		return nil, wrongType("Peek", c)
	}
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	k := &Peeker{raw: raw}
	k.try = k.peek
	return k, nil
}

// Peek is Read, but what it has read can be read again. It waits as Read does, until the read deadline of the conn; errors
// are as ReadNow's, and the peer's RST is told once, by Peek or by Read. (recv with MSG_PEEK.)
func (k *Peeker) Peek(p []byte) (int, error) {
	k.p, k.n, k.err = p, 0, nil
	err := k.raw.Read(k.try)
	k.p = nil
	switch {
	case err != nil:
		return 0, err
	case k.err != nil:
		return 0, os.NewSyscallError("read", k.err)
	case k.n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return k.n, nil
}

// peek reports whether the waiting is over.
func (k *Peeker) peek(fd uintptr) bool {
	for {
		k.n, _, k.err = unix.Recvfrom(int(fd), k.p, unix.MSG_PEEK)
		if k.err != unix.EINTR {
			return k.err != unix.EAGAIN
		}
	}
}
