package scenarios

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// A client's port may be in use by others, too: by a connection to another server, such
// as ginkgo -p has, by datagrams, and once it is free, by a listener.
func TestDescriptorsAreThoseOfTheClientAlone(t *testing.T) {
	srv, other := fakeserver.Start(t, fakeserver.Config{}), fakeserver.Start(t, fakeserver.Config{})
	client, local := dialTwice(t, srv.Addr(), other.Addr())
	mine := addrs{local.AddrPort(): true}
	want := func(when string, fds ...int) {
		t.Helper()
		if got := descriptors(mine, srv.AddrPort()); !slices.Equal(got, fds) {
			t.Errorf("%s: descriptors %v, want %v", when, got, fds)
		}
	}
	want("with another connection at its port", descriptorOf(t, client))
	if pc, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(local.AddrPort())); err == nil { // unless it is taken
		defer pc.Close()
	}
	want("with others at its port", descriptorOf(t, client))

	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	want("when the connection has ended", descriptorOf(t, client))
	client.Close()
	want("closed")
}

func TestDescriptorsAreNoListeners(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := descriptors(addrs{l.Addr().(*net.TCPAddr).AddrPort(): true}, netip.AddrPort{}); got != nil {
		t.Errorf("descriptors %v of a listener", got)
	}
}

// A client in memory has no descriptors: a socket with its address is another's.
func TestDescriptorsAreNoClientsInMemory(t *testing.T) {
	var used []int
	asks := func() TCPClient {
		return TCPClient{Want: "hello\n", Within: time.Second, Do: func(ctx context.Context, addr string) (string, error) {
			conn, err := NetworkOf(ctx).DialContext(ctx, "tcp", addr)
			if err != nil {
				return "", err
			}
			defer conn.Close()
			used = append(used, conn.LocalAddr().(*net.TCPAddr).Port)
			conn.SetDeadline(time.Now().Add(time.Second / 2))
			io.WriteString(conn, "hello\n")
			answer := make([]byte, len("hello\n"))
			_, err = io.ReadFull(conn, answer)
			return string(answer), err
		}}
	}
	for _, when := range []string{"before", "with a socket at a port of its"} {
		if err := RunInMemory(t.Context(), t, LeavesNothingBehind, asks); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if !slices.ContainsFunc(used[1:], func(port int) bool { return bindTo(t, port) }) {
			t.Fatalf("all of %v are in use", used)
		}
	}
}

// bindTo binds a socket to a port, if that is free.
func bindTo(t *testing.T, port int) bool {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	return syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}) == nil
}

// dialTwice dials both addresses from the same port. It returns the first connection.
func dialTwice(t *testing.T, addr, other string) (*net.TCPConn, *net.TCPAddr) {
	t.Helper()
	for {
		first := dialFrom(t, nil, addr)
		local := first.LocalAddr().(*net.TCPAddr)
		_, err := tryDialFrom(t, local, other)
		switch {
		case err == nil:
			return first, local
		case !errors.Is(err, syscall.EADDRINUSE): // by another process that does not share
			t.Fatal(err)
		}
		first.Close()
	}
}

// dialFrom dials from a local address that may be in use.
func dialFrom(t *testing.T, local *net.TCPAddr, addr string) *net.TCPConn {
	t.Helper()
	c, err := tryDialFrom(t, local, addr)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryDialFrom(t *testing.T, local *net.TCPAddr, addr string) (*net.TCPConn, error) {
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) })
	}}
	if local != nil {
		d.LocalAddr = local
	}
	c, err := d.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn), nil
}

func descriptorOf(t *testing.T, c *net.TCPConn) (n int) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { n = int(fd) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}
