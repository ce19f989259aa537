//go:build unix

package kernel

import (
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReadNow reads what lies in c's receive queue, without waiting for more. If there
// is nothing, the error is os.ErrDeadlineExceeded; after the peer's FIN it is
// io.EOF, after an RST syscall.ECONNRESET once and io.EOF from then on, and after c's own Close net.ErrClosed. With an empty
// p the answer is 0, nil, whatever there is. c's read deadline must not have passed, and no Read may be under way: ReadNow
// would wait for it to end. For a conn that is no TCP or unix stream socket the error wraps errors.ErrUnsupported.
func ReadNow(c net.Conn, p []byte) (int, error) {
	if !isStream(c) {
		return 0, wrongType("ReadNow", c)
	}
	n, err := now("read", c, syscall.RawConn.Read, unix.Read, p)
	if n == 0 && err == nil && len(p) > 0 {
		return 0, io.EOF
	}
	return n, err
}

// A ReaderNow reads one connection as ReadNow does, again and again, and allocates nothing for that. It has one user at a time.
type ReaderNow struct {
	raw syscall.RawConn
	attempt
}

// NewReaderNow returns a ReaderNow of c, or an error as ReadNow's.
func NewReaderNow(c net.Conn) (*ReaderNow, error) {
	if !isStream(c) {
		return nil, wrongType("ReadNow", c)
	}
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &ReaderNow{raw: raw, attempt: attempt{call: unix.Read}}
	r.bound = r.make
	return r, nil
}

// ReadNow is the function ReadNow.
func (r *ReaderNow) ReadNow(p []byte) (int, error) {
	r.p = p
	err := r.raw.Read(r.bound)
	n, err := r.outcome("read", err)
	r.p, r.n, r.err = nil, 0, nil
	if n == 0 && err == nil && len(p) > 0 {
		return 0, io.EOF
	}
	return n, err
}

func isStream(c net.Conn) bool {
	switch c := c.(type) {
	case *net.TCPConn:
		return true
	case *net.UnixConn:
		return c.LocalAddr().Network() == "unix"
	}
	return false
}
