package subject

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A client's port may be in use by others, too: by a connection to another server, such
// as ginkgo -p has, by datagrams, and once it is free, by a listener.
func TestLeftDescriptorsAreThoseOfTheClientAlone(t *testing.T) {
	srv, other := fakeserver.Start(t, fakeserver.Config{}), fakeserver.Start(t, fakeserver.Config{})
	client, local := dialTwice(t, srv.Addr(), other.Addr())
	taken := func(tr transcript.Transcript) bool { return slices.Contains(Clients(tr), local.AddrPort()) }
	if err := srv.Wait(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	its := fmt.Sprintf("descriptor %d, of a connection to the server", descriptorOf(t, client))
	want := func(when string, want ...string) {
		t.Helper()
		if got := leftDescriptors(srv.Transcript(), srv.AddrPort()); !slices.Equal(got, want) {
			t.Errorf("%s: left is %q, want %q", when, got, want)
		}
	}
	want("with another connection at its port", its)
	if pc, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(local.AddrPort())); err == nil { // unless it is taken
		defer pc.Close()
	}
	want("with others at its port", its)

	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	want("when the connection has ended", its)
	client.Close()
	want("closed")
}

func TestSocketsAreNoListeners(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	at := func(local, _ netip.AddrPort) bool { return local == ln.Addr().(*net.TCPAddr).AddrPort() }
	if got, err := Sockets(at); got != nil || err != nil {
		t.Errorf("Sockets = %v, %v at the address of a listener", got, err)
	}
}

// A client in memory has no descriptors: a socket with its address is another's.
func TestLeftDescriptorsAreNoClientsInMemory(t *testing.T) {
	var network nettest.Network
	srv := fakeserver.Start(t, fakeserver.Config{Transport: &network})
	dialed := 0
	for bound := false; !bound; dialed++ { // until a port of the client's is free in the kernel
		conn, err := srv.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		bound = bindTo(t, conn.LocalAddr().(*net.TCPAddr).Port)
		conn.Close()
	}
	if err := srv.Wait(t.Context(), func(tr transcript.Transcript) bool { return tr.Conns() == dialed }); err != nil {
		t.Fatal(err)
	}
	if got := leftDescriptors(srv.Transcript(), srv.AddrPort()); len(got) == 0 {
		t.Fatal("no descriptor has the address of a client in memory, which is what this test is about")
	}
	left := NothingLeft(t.Context(), patience, func() []string { return Left("", srv, &network) })
	if left != nil {
		t.Errorf("left is %q, want nothing", left)
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
		first, err := dialFrom(t, nil, addr)
		if err != nil {
			t.Fatal(err)
		}
		local := first.LocalAddr().(*net.TCPAddr)
		_, err = dialFrom(t, local, other)
		switch {
		case err == nil:
			return first, local
		case !errors.Is(err, syscall.EADDRINUSE): // by another process that does not share
			t.Fatal(err)
		}
		first.Close()
	}
}

// dialFrom dials from a local address that may be in use; nil: from any.
func dialFrom(t *testing.T, local *net.TCPAddr, addr string) (*net.TCPConn, error) {
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) })
	}}
	if local != nil {
		d.LocalAddr = local
	}
	c, err := d.DialContext(context.Background(), "tcp", addr)
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
