package socket

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// aLongTimeAgo is a deadline that has passed.
var aLongTimeAgo = time.Unix(1, 0)

// CanCloseWrite reports whether c can end one direction.
func CanCloseWrite(c net.Conn) bool {
	_, ok := c.(interface{ CloseWrite() error })
	return ok
}

// CloseWrite sends a FIN. Where only closing does, it is left to that.
func CloseWrite(c net.Conn) error {
	if c, ok := c.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// CanReset reports whether c may end with an RST. A unix socket has none.
func CanReset(c net.Conn) bool {
	_, own := c.(interface{ Reset() error })
	return own || c.LocalAddr().Network() != "unix"
}

// Reset closes c with an RST. If it has none, it is closed nevertheless, and the error wraps errors.ErrUnsupported.
func Reset(c net.Conn) error {
	if c, ok := c.(interface{ Reset() error }); ok {
		return c.Reset()
	}
	err := kernel.Reset(c)
	if errors.Is(err, errors.ErrUnsupported) {
		c.Close()
	}
	return err
}

// IsReset reports whether the other end's RST has arrived, of a connection on which this end has sent no FIN. What arrived
// before it may still be unread. Where that can't be known, it is false.
func IsReset(c net.Conn) bool {
	if told := WasReset(c); told != nil {
		select {
		case <-told:
			return true
		default:
			return false
		}
	}
	return kernel.IsOver(c)
}

// WasReset returns a channel that is closed once the other end's RST has arrived; nil, if c does not tell.
func WasReset(c net.Conn) <-chan struct{} {
	if c, ok := c.(interface{ WasReset() <-chan struct{} }); ok {
		return c.WasReset()
	}
	return nil
}

// Unacked returns how many written bytes have not reached the other end.
func Unacked(c net.Conn) (int, error) {
	if c, ok := c.(interface{ Unacked() (int, error) }); ok {
		return c.Unacked()
	}
	return kernel.Unacked(c)
}

// Undelivered returns how many written bytes have not reached the other end, also where Unacked would be too many for a while, since it
// has not said so. c is one that a listener accepted.
func Undelivered(c net.Conn) (int, error) {
	if c, ok := c.(interface{ Unacked() (int, error) }); ok {
		return c.Unacked()
	}
	return kernel.Undelivered(c)
}

// Acked returns a channel that is closed when Unacked has fallen; nil, if c does not tell.
func Acked(c net.Conn) <-chan struct{} {
	if c, ok := c.(interface{ Acked() <-chan struct{} }); ok {
		return c.Acked()
	}
	return nil
}

// Unread returns how many bytes have arrived and wait to be read.
func Unread(c net.Conn) (int, error) {
	if c, ok := c.(interface{ Unread() (int, error) }); ok {
		return c.Unread()
	}
	return kernel.Unread(c)
}

// ReadNow reads what has arrived. If nothing has, its error is a timeout. A network without half-close is taken to
// hold nothing, as net.Pipe does.
func ReadNow(c net.Conn, p []byte) (int, error) {
	if c, ok := c.(interface{ ReadNow([]byte) (int, error) }); ok {
		return c.ReadNow(p)
	}
	n, err := kernel.ReadNow(c, p)
	if !errors.Is(err, errors.ErrUnsupported) {
		return n, err
	}
	if !CanCloseWrite(c) {
		return 0, os.ErrDeadlineExceeded
	}
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	return c.Read(p)
}

// WriteNow writes as much of p as can leave without waiting, on a connection whose write deadline has passed. Where
// that can't be had, it writes nothing, and its error wraps errors.ErrUnsupported.
func WriteNow(c net.Conn, p []byte) (int, error) {
	if c, ok := c.(interface{ WriteNow([]byte) (int, error) }); ok {
		return c.WriteNow(p)
	}
	c.SetWriteDeadline(time.Time{})
	defer c.SetWriteDeadline(aLongTimeAgo)
	return kernel.WriteNow(c, p)
}

// CanWriteNow reports whether WriteNow works on c. Then a Write that a deadline has cut short says how much has left, and
// the rest can still be written: a TLS connection, say, is broken by that.
func CanWriteNow(c net.Conn) bool {
	_, own := c.(interface{ WriteNow([]byte) (int, error) })
	return own || kernel.CanWriteNow(c)
}

// PeerUnread returns how many written bytes the other end has not read. Of the kernel's connections only a
// [kernel.PeerQueue] knows that: for these its error is errors.ErrUnsupported.
func PeerUnread(c net.Conn) (int, error) {
	if c, ok := c.(interface{ PeerUnread() (int, error) }); ok {
		return c.PeerUnread()
	}
	return 0, errors.ErrUnsupported
}

// PeerRead returns a channel that is closed when the other end reads; nil, if c does not tell.
func PeerRead(c net.Conn) <-chan struct{} {
	if c, ok := c.(interface{ PeerRead() <-chan struct{} }); ok {
		return c.PeerRead()
	}
	return nil
}

// A Peeker looks at what has arrived on a connection. It has one user at a time.
type Peeker interface {
	Peek([]byte) (int, error) // Read that leaves what it has read to be read again
	Take([]byte) (int, error) // Read of as many bytes, which Peek has put there, or some of them
}

// NewPeeker returns c's Peeker, or nil if it has none.
func NewPeeker(c net.Conn) Peeker {
	if p, ok := c.(interface{ Peek([]byte) (int, error) }); ok {
		return ownPeeker{c, p.Peek}
	}
	if k, err := kernel.NewPeeker(c); err == nil {
		return k
	}
	return nil
}

// An ownPeeker is one by the connection's own Peek.
type ownPeeker struct {
	c    net.Conn
	peek func([]byte) (int, error)
}

func (o ownPeeker) Peek(p []byte) (int, error) { return o.peek(p) }
func (o ownPeeker) Take(p []byte) (int, error) { return o.c.Read(p) }
