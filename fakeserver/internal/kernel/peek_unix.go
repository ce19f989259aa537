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
	raw   syscall.RawConn
	try   func(fd uintptr) bool // recv, made once
	flags int
	p     []byte
	n     int
	err   error
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
	k.try = k.recv
	return k, nil
}

// Peek is Read, but what it has read can be read again. It waits as Read does, until c's read deadline; its errors
// are as ReadNow's, and the peer's RST is told once, by Peek or by Read.
func (k *Peeker) Peek(p []byte) (int, error) { return k.read(p, unix.MSG_PEEK) }

// Take is Read for the first len(p) bytes that the last Peek has shown, if they are in p already: Linux then does not
// copy them again from a TCP socket.
func (k *Peeker) Take(p []byte) (int, error) { return k.read(p, shown) }

func (k *Peeker) read(p []byte, flags int) (int, error) {
	k.p, k.flags, k.n, k.err = p, flags, 0, nil
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

// recv reports whether the waiting is over.
func (k *Peeker) recv(fd uintptr) bool {
	for {
		k.n, _, k.err = unix.Recvfrom(int(fd), k.p, k.flags)
		if k.err != unix.EINTR {
			return k.err != unix.EAGAIN
		}
	}
}
