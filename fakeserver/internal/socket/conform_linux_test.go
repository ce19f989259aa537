package socket_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/nettest"
	"golang.org/x/sys/unix"
)

// What this package asks of the kernel meets the demands on a Transport's own methods: the kernel is one like others.
func TestKernelMeetsTheDemandsOnTransports(t *testing.T) {
	nettest.TestTransport(t, func() (fakeserver.Transport, func(context.Context, string, string) (net.Conn, error), func(), error) {
		return &loopback{}, new(net.Dialer).DialContext, func() {}, nil
	})
}

// A loopback is the kernel's network, whose sockets have as methods what this package has as functions.
type loopback struct{ net.ListenConfig }

func (l *loopback) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	l.SetMultipathTCP(false)
	ln, err := l.ListenConfig.Listen(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return listener{ln.(*net.TCPListener)}, nil
}

func (l *loopback) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	pc, err := l.ListenConfig.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return packetConn{pc.(*net.UDPConn)}, nil
}

func (l *loopback) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return socket.Dial(ctx, nil, network, address)
}

type listener struct{ *net.TCPListener }

func (l listener) DialContext(ctx context.Context) (net.Conn, error) {
	return socket.Dial(ctx, l.TCPListener, "tcp", l.Addr().String())
}

// Backlog is exact, where this package only says whether there is any.
func (l listener) Backlog() (n int, err error) {
	raw, err := l.SyscallConn()
	if err != nil {
		return 0, err
	}
	cant := raw.Control(func(fd uintptr) {
		var info *unix.TCPInfo
		if info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = int(info.Unacked) // of a listening socket: the accept queue
		}
	})
	return n, errors.Join(cant, err)
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.TCPListener.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &conn{c,
		sync.OnceValue(func() socket.Peeker { return socket.NewPeeker(c) }),
		sync.OnceValues(func() (*kernel.PeerQueue, error) { return kernel.NewPeerQueue(c) }),
	}, nil
}

type conn struct {
	*net.TCPConn
	peeker func() socket.Peeker
	queue  func() (*kernel.PeerQueue, error)
}

func (c *conn) Close() error {
	if q, err := c.queue(); err == nil {
		q.Close()
	}
	return c.TCPConn.Close()
}

func (c *conn) Reset() error                   { return socket.Reset(c.TCPConn) }
func (c *conn) Unacked() (int, error)          { return socket.Unacked(c.TCPConn) }
func (c *conn) Unread() (int, error)           { return socket.Unread(c.TCPConn) }
func (c *conn) ReadNow(p []byte) (int, error)  { return socket.ReadNow(c.TCPConn, p) }
func (c *conn) WriteNow(p []byte) (int, error) { return socket.WriteNow(c.TCPConn, p) }
func (c *conn) Peek(p []byte) (int, error)     { return c.peeker().Peek(p) }

func (c *conn) PeerUnread() (int, error) {
	q, err := c.queue()
	if err != nil {
		return 0, err
	}
	return q.Unread()
}

type packetConn struct{ *net.UDPConn }

func (c packetConn) DialContext(ctx context.Context) (net.Conn, error) {
	return socket.Dial(ctx, c.UDPConn, "udp", c.LocalAddr().String())
}

func (c packetConn) Drops() (int64, error) { return socket.Drops(c.UDPConn) }
func (c packetConn) Waiting() (int, error) { return socket.Waiting(c.UDPConn) }
