package fakeserver

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// What a connection can do beyond net.Conn: by its own methods, as a Transport's
// may, or by the kernel's.

func canCloseWrite(raw net.Conn) bool {
	_, ok := raw.(interface{ CloseWrite() error })
	return ok
}

// closeWrite sends a FIN. Where only closing does, it is left to that.
func closeWrite(raw net.Conn) error {
	if c, ok := raw.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// canReset reports whether a connection may end with an RST. A unix socket has none.
func canReset(raw net.Conn) bool {
	_, own := raw.(interface{ Reset() error })
	return own || raw.LocalAddr().Network() != "unix"
}

// resetConn closes raw with an RST, or closes it and says that it could not.
func resetConn(raw net.Conn) error {
	if c, ok := raw.(interface{ Reset() error }); ok {
		return c.Reset()
	}
	err := kernel.Reset(raw)
	if errors.Is(err, errors.ErrUnsupported) {
		raw.Close()
	}
	return err
}

// unacked returns how many written bytes have not reached the other end.
func unacked(raw net.Conn) (int, error) {
	if c, ok := raw.(interface{ Unacked() (int, error) }); ok {
		return c.Unacked()
	}
	return kernel.Unacked(raw)
}

// unread returns how many bytes have arrived and wait to be read.
func unread(raw net.Conn) (int, error) {
	if c, ok := raw.(interface{ Unread() (int, error) }); ok {
		return c.Unread()
	}
	return kernel.Unread(raw)
}

// readNow reads what has arrived. If nothing has, its error is a timeout. A
// transport without half-close is taken to hold nothing, as net.Pipe does.
func readNow(raw net.Conn, p []byte) (int, error) {
	if c, ok := raw.(interface{ ReadNow([]byte) (int, error) }); ok {
		return c.ReadNow(p)
	}
	n, err := kernel.ReadNow(raw, p)
	if !errors.Is(err, errors.ErrUnsupported) {
		return n, err
	}
	if !canCloseWrite(raw) {
		return 0, os.ErrDeadlineExceeded
	}
	raw.SetReadDeadline(time.Now().Add(time.Millisecond))
	return raw.Read(p)
}

// writeNow writes as much of p as can leave without waiting, whatever the write deadline. Where
// that can't be had, it writes nothing, and its error wraps errors.ErrUnsupported.
func writeNow(raw net.Conn, p []byte) (int, error) {
	if c, ok := raw.(interface{ WriteNow([]byte) (int, error) }); ok {
		return c.WriteNow(p)
	}
	raw.SetWriteDeadline(time.Time{})
	defer raw.SetWriteDeadline(past)
	return kernel.WriteNow(raw, p)
}

// A peeker looks at what has arrived.
type peeker interface {
	Peek([]byte) (int, error) // Read that leaves what it has read to be read again
	Take([]byte) (int, error) // Read of as many bytes, which Peek has put there, or some of them
}

// newPeeker returns raw's peeker, or nil if it has none.
func newPeeker(raw net.Conn) peeker {
	if c, ok := raw.(interface{ Peek([]byte) (int, error) }); ok {
		return ownPeeker{raw, c.Peek}
	}
	if k, err := kernel.NewPeeker(raw); err == nil {
		return k
	}
	return nil
}

// ownPeeker is a peeker by a connection's own Peek.
type ownPeeker struct {
	raw  net.Conn
	peek func([]byte) (int, error)
}

func (o ownPeeker) Peek(p []byte) (int, error) { return o.peek(p) }
func (o ownPeeker) Take(p []byte) (int, error) { return o.raw.Read(p) }

// peerRead returns a channel that is closed when the other end reads; nil, if the
// connection does not tell.
func peerRead(raw net.Conn) <-chan struct{} {
	if c, ok := raw.(interface{ PeerRead() <-chan struct{} }); ok {
		return c.PeerRead()
	}
	return nil
}

// acked returns a channel that is closed when unacked has fallen; nil, if the connection
// does not tell.
func acked(raw net.Conn) <-chan struct{} {
	if c, ok := raw.(interface{ Acked() <-chan struct{} }); ok {
		return c.Acked()
	}
	return nil
}

// backlog returns how many connections wait to be accepted, or none where that can't be
// known.
func backlog(ln net.Listener) int {
	if l, ok := ln.(interface{ Backlog() (int, error) }); ok {
		n, _ := l.Backlog()
		return n
	}
	n, err := kernel.Backlog(ln)
	if err != nil {
		return 0
	}
	return n
}

// silencer is a listener that leaves who dials without an answer by itself, if its backlog is
// set to 0. The kernel's takes one connection more.
type silencer interface{ SetBacklog(int) error }

// setBacklog sets how many connections may wait to be accepted; -1 is what a listener has
// otherwise: the kernel takes it for as many as net.core.somaxconn allows.
func setBacklog(ln net.Listener, n int) error {
	if l, ok := ln.(silencer); ok {
		return l.SetBacklog(n)
	}
	return kernel.SetBacklog(ln, n)
}
