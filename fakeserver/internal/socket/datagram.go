package socket

import (
	"errors"
	"net"
	"os"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// ReadDatagram waits for a datagram on a connected socket, and reads it into a buffer of the pool, whose items are *[]byte;
// the caller gives it back. Of the kernel's sockets it has no buffer while it waits. What does not fit is lost.
func ReadDatagram(c net.Conn, pool *sync.Pool) (buf *[]byte, n int, err error) {
	buf, n, err = kernel.ReadDatagram(c, pool)
	if !errors.Is(err, errors.ErrUnsupported) {
		return buf, n, err
	}
	return readInto(c, pool)
}

// ReadDatagramNow is ReadDatagram for what has arrived: if there is nothing, or that can't be told, its error is
// a timeout. c's read deadline must not have passed, and no read may be under way.
func ReadDatagramNow(c net.Conn, pool *sync.Pool) (buf *[]byte, n int, err error) {
	buf, n, err = kernel.ReadDatagramNow(c, pool)
	if !errors.Is(err, errors.ErrUnsupported) {
		return buf, n, err
	}
	if w, ok := c.(interface{ Waiting() (int, error) }); ok {
		if n, err := w.Waiting(); err == nil && n > 0 {
			return readInto(c, pool)
		}
	}
	return nil, 0, os.ErrDeadlineExceeded
}

func readInto(c net.Conn, pool *sync.Pool) (buf *[]byte, n int, err error) {
	buf = pool.Get().(*[]byte)
	if n, err = c.Read(*buf); err != nil {
		pool.Put(buf)
		return nil, 0, err
	}
	return buf, n, nil
}
