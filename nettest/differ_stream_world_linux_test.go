package nettest_test

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/fakewire/fakewire/nettest"
)

// differBuffer is the size of each of the kernel's buffers, and differWindow is about how much both hold
// together. A program that is not meant to fill them writes far less, and huge is more.
const (
	differBuffer = 64 << 10
	differWindow = 256 << 10
	differHuge   = 1 << 20
)

// A streamWorld is where a program about streams runs: in memory, or on the kernel's loopback.
type streamWorld struct {
	ln    net.Listener
	ends  [2]*streamEnd // that of the client, and the accepted one
	state func(c conn) nettest.State
}

// A streamEnd is one end of the connection in a world.
type streamEnd struct {
	c        conn // nil before it was accepted
	peer     *streamEnd
	wrote    atomic.Int64 // bytes that Writes have counted
	read     atomic.Int64 // bytes that Reads have returned
	closed   bool
	shutRead bool
}

func newStreamWorld(ln net.Listener, client net.Conn, state func(conn) nettest.State) *streamWorld {
	a, b := &streamEnd{c: client.(conn)}, &streamEnd{}
	a.peer, b.peer = b, a
	return &streamWorld{ln: ln, ends: [2]*streamEnd{a, b}, state: state}
}

func (w *streamWorld) stop() {
	w.ln.Close()
	for _, e := range w.ends {
		if e.c != nil {
			e.c.Close()
		}
	}
}

func inMemory() (*streamWorld, error) {
	n := &nettest.Network{Window: differWindow}
	ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	client, err := n.DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		return nil, err
	}
	return newStreamWorld(ln, client, func(c conn) nettest.State { return c.(*nettest.Conn).State() }), nil
}

func onKernel() (*streamWorld, error) {
	lc := net.ListenConfig{Control: smallBuffers}
	lc.SetMultipathTCP(false)
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Control: smallBuffers}
	client, err := dialer.Dial("tcp", ln.Addr().String())
	if err != nil {
		ln.Close()
		return nil, err
	}
	if !comesTrue(differPatience, func() bool { return tcpInfo(ln.(*net.TCPListener)).Unacked == 1 }) { // the accept queue
		return nil, fmt.Errorf("no connection waits to be accepted")
	}
	return newStreamWorld(ln, client, kernelState), nil
}

// smallBuffers makes windows small, and keeps the kernel from enlarging them.
func smallBuffers(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, differBuffer)
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF, differBuffer)
	})
}

func tcpInfo(c syscall.Conn) (info unix.TCPInfo) {
	control(c, func(fd int) {
		if got, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			info = *got
		}
	})
	return info
}

func control(c syscall.Conn, do func(fd int)) {
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { do(int(fd)) })
	}
}

// The states of include/net/tcp_states.h in which the peer's FIN has arrived, and the last one.
const (
	tcpClose     = 7
	tcpCloseWait = 8
	tcpLastAck   = 9
	tcpClosing   = 11
)

func kernelState(c conn) (s nettest.State) {
	tcp := c.(*net.TCPConn)
	control(tcp, func(fd int) {
		s.Unread, _ = unix.IoctlGetInt(fd, unix.TIOCINQ)
		p := []unix.PollFd{{Fd: int32(fd)}}
		if n, err := unix.Poll(p, 0); err == nil && n == 1 {
			s.Err = p[0].Revents&unix.POLLERR != 0
		}
	})
	switch tcpInfo(tcp).State {
	case tcpClose:
		s.Over = true
	case tcpCloseWait, tcpLastAck, tcpClosing:
		s.FIN = true
	}
	return s
}
