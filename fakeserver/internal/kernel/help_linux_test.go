package kernel

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait. It is long, so that only a fault reaches it, not a busy machine.
const patience = 20 * time.Second

// eventually asks until done says so.
func eventually(t *testing.T, why string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(50 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatalf("gave up waiting until %s", why)
		}
	}
}

// count calls one of the package's counters, which must not fail.
func count[T any, N int | uint32](t *testing.T, f func(T) (N, error), of T) N {
	t.Helper()
	n, err := f(of)
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	return n
}

// wantAcked waits until the other kernel has everything that was written on c.
func wantAcked(t *testing.T, c net.Conn) {
	t.Helper()
	eventually(t, "all is acknowledged", func() bool { return count(t, Unacked, c) == 0 })
}

// reachable leaves out the hosts that this machine doesn't have: "" always, "::1" where there is no IPv6.
func reachable(hosts ...string) []string {
	return slices.DeleteFunc(slices.Clone(hosts), func(host string) bool {
		if host == "" {
			return true
		}
		pc, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
		if err == nil {
			pc.Close()
		}
		return err != nil
	})
}

func listen(t *testing.T, network, address string) net.Listener {
	t.Helper()
	ln, err := tryListen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

func tryListen(network, address string) (net.Listener, error) {
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	return lc.Listen(context.Background(), network, address)
}

// listenUDP takes any Control function.
func listenUDP(t *testing.T, network, address string, control func(string, string, syscall.RawConn) error) *net.UDPConn {
	t.Helper()
	lc := net.ListenConfig{Control: control}
	pc, err := lc.ListenPacket(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	return pc.(*net.UDPConn)
}

// dial connects; every operation on the connection ends within patience.
func dial(t *testing.T, network, address string) net.Conn {
	t.Helper()
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { c.Close() })
	return c
}

// pair gives both ends of a connection to 127.0.0.1.
func pair(t *testing.T) (server, client net.Conn) {
	t.Helper()
	ln := listen(t, "tcp", "127.0.0.1:0")
	client = dial(t, "tcp", ln.Addr().String())
	return accept(t, ln), client
}

func accept(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { c.Close() })
	return c
}

func write(t *testing.T, c net.Conn, n int) {
	t.Helper()
	if _, err := c.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
}

// read reads exactly n bytes.
func read(t *testing.T, c net.Conn, n int) {
	t.Helper()
	if _, err := io.ReadFull(c, make([]byte, n)); err != nil {
		t.Fatalf("reading %d bytes: %v", n, err)
	}
}

// wantRead makes one Read.
func wantRead(t *testing.T, c net.Conn, n int, want error) {
	t.Helper()
	got, err := c.Read(make([]byte, 100))
	if got != n || !errors.Is(err, want) {
		t.Fatalf("Read = %d, %v, want %d, %v", got, err, n, want)
	}
}

// wantError is for a call that has to fail.
func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || got == nil {
		t.Fatalf("%s = %v, want %v", what, got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
