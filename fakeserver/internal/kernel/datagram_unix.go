//go:build unix

package kernel

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReadDatagram waits for a datagram on c, a connected UDP or unix socket of the kernel's, and reads it into a buffer of the
// pool, whose items are *[]byte: it has none while it waits. The caller gives the buffer back. What does not fit into it
// is lost. Its errors are those of c's Read. For another kind of conn it wraps errors.ErrUnsupported.
func ReadDatagram(c net.Conn, pool *sync.Pool) (buf *[]byte, n int, err error) {
	return readDatagram(c, pool, false)
}

// ReadDatagramNow is ReadDatagram that does not wait: if there is none, its error is a timeout. c's read deadline must not
// have passed, and no ReadDatagram may be under way.
func ReadDatagramNow(c net.Conn, pool *sync.Pool) (buf *[]byte, n int, err error) {
	return readDatagram(c, pool, true)
}

func readDatagram(c net.Conn, pool *sync.Pool, now bool) (buf *[]byte, n int, err error) {
	if !isDatagrams(c) {
		return nil, 0, wrongType("ReadDatagram", c)
	}
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, 0, err
	}
	t := datagramAttempt{pool: pool, now: now}
	if err = raw.Read(t.make); err == nil {
		err = t.err
	}
	if err != nil {
		return nil, 0, asRead(c, err)
	}
	return t.buf, t.n, nil
}

// asRead wraps an error as c's Read does.
func asRead(c net.Conn, err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok { // of a RawConn
		err = op.Err
	}
	return &net.OpError{Op: "read", Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

func isDatagrams(c net.Conn) bool {
	switch c := c.(type) {
	case *net.UDPConn:
		return true
	case *net.UnixConn:
		return c.LocalAddr().Network() == "unixgram"
	}
	return false
}

// A datagramAttempt reads a datagram, as often as that takes.
type datagramAttempt struct {
	pool *sync.Pool
	now  bool // once only
	buf  *[]byte
	n    int
	err  error
}

func (t *datagramAttempt) make(fd uintptr) (done bool) {
	t.buf = t.pool.Get().(*[]byte)
	n, err := unix.Read(int(fd), *t.buf)
	for err == unix.EINTR {
		n, err = unix.Read(int(fd), *t.buf)
	}
	if err == nil {
		t.n = n
		return true
	}
	t.pool.Put(t.buf)
	t.buf = nil
	switch {
	case err != unix.EAGAIN:
		t.err = os.NewSyscallError("read", err)
	case t.now:
		t.err = os.ErrDeadlineExceeded
	default:
		return false
	}
	return true
}
