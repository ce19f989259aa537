package nettest_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

func listenOn(t testing.TB, at interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
}, network, address string) *nettest.Listener {
	t.Helper()
	ln, err := at.Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln.(*nettest.Listener)
}

// wantOpError checks an error, and what it says of itself.
func wantOpError(t testing.TB, err, want error, text string) {
	t.Helper()
	if _, ok := errors.AsType[*net.OpError](err); !ok || !errors.Is(err, want) || err.Error() != text {
		t.Errorf("error %v; want *net.OpError with %v: %s", err, want, text)
	}
}

func TestDialErrors(t *testing.T) {
	n := nettest.Network{Hosts: map[string]string{"six": "2001:db8::1", "four": "192.0.2.1"}}
	_, err := n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
	wantOpError(t, err, syscall.ECONNREFUSED, "dial tcp 127.0.0.1:80: connect: connection refused")
	_, err = n.DialContext(context.Background(), "tcp4", "localhost:80")
	wantOpError(t, err, syscall.ECONNREFUSED, "dial tcp4 127.0.0.1:80: connect: connection refused")
	_, err = n.DialContext(context.Background(), "tcp", "192.0.2.9:80")
	wantOpError(t, err, syscall.EHOSTUNREACH, "dial tcp 192.0.2.9:80: connect: no route to host")
	_, err = n.Host("four").DialContext(context.Background(), "tcp", "six:80")
	wantOpError(t, err, syscall.ENETUNREACH, "dial tcp [2001:db8::1]:80: connect: network is unreachable")
	_, err = n.DialContext(context.Background(), "tcp6", "four:80")
	if _, ok := errors.AsType[*net.AddrError](err); !ok {
		t.Errorf("tcp6 to an IPv4 host: %v", err)
	}
	_, err = n.DialContext(context.Background(), "tcp", "nobody:80")
	if dns, ok := errors.AsType[*net.DNSError](err); !ok || !dns.IsNotFound {
		t.Errorf("a name that is not known: %v", err)
	}
	_, err = n.DialContext(context.Background(), "tcp", "127.0.0.1")
	if _, ok := errors.AsType[*net.AddrError](err); !ok {
		t.Errorf("no port: %v", err)
	}
	_, err = n.DialContext(context.Background(), "unix", "/tmp/x")
	if _, ok := errors.AsType[net.UnknownNetworkError](err); !ok {
		t.Errorf("an unknown network: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = n.DialContext(ctx, "tcp", "127.0.0.1:80")
	wantOpError(t, err, context.Canceled, "dial tcp 127.0.0.1:80: operation was canceled")
}

func TestListenErrors(t *testing.T) {
	n := nettest.Network{Hosts: map[string]string{"four": "192.0.2.1"}}
	ln := listenOn(t, &n, "tcp", "127.0.0.1:8080")
	for _, c := range []struct {
		network, address string
		want             error
	}{
		{"tcp", "127.0.0.1:8080", syscall.EADDRINUSE},
		{"tcp", ":8080", syscall.EADDRINUSE},
		{"tcp4", "0.0.0.0:8080", syscall.EADDRINUSE},
		{"tcp6", ":8080", nil},
		{"tcp", "[::1]:8081", nil},
		{"tcp", "192.0.2.1:80", syscall.EADDRNOTAVAIL},
		{"tcp", "127.0.0.2:8080", nil},
	} {
		other, err := n.Listen(t.Context(), c.network, c.address)
		if !errors.Is(err, c.want) {
			t.Errorf("Listen(%s, %s): %v, want %v", c.network, c.address, err, c.want)
		}
		if err == nil {
			other.Close()
		}
	}
	_, err := n.Listen(t.Context(), "tcp", "127.0.0.1:8080")
	wantOpError(t, err, syscall.EADDRINUSE, "listen tcp 127.0.0.1:8080: bind: address already in use")
	_, err = n.ListenPacket(t.Context(), "tcp", "127.0.0.1:8080")
	if err == nil {
		t.Error("ListenPacket on tcp: no error")
	}
	ln.Close()
	listenOn(t, &n, "tcp", "127.0.0.1:8080")
}

func TestListenOnAllAddresses(t *testing.T) {
	var n nettest.Network
	ln := listenOn(t, &n, "tcp", ":0")
	port := netip.MustParseAddrPort(ln.Addr().String())
	if !port.Addr().IsUnspecified() || port.Port() == 0 {
		t.Errorf("Addr = %v", ln.Addr())
	}
	for _, ip := range []string{"127.0.0.1", "127.1.2.3", "::1", "localhost", "::", "0.0.0.0", ""} {
		c, err := n.DialContext(context.Background(), "tcp", net.JoinHostPort(ip, port.String()[len("[::]:"):]))
		if err != nil {
			t.Errorf("dial %q: %v", ip, err)
			continue
		}
		c.Close()
	}
}

// Where a name has two addresses, the second is tried, too.
func TestLocalhostIsBothVersions(t *testing.T) {
	var n nettest.Network
	ln := listenOn(t, &n, "tcp", "[::1]:80")
	client, server := connect(t, ln, dialed{&n, "localhost:http"})
	if client.RemoteAddr().String() != "[::1]:80" || server.RemoteAddr().String() != client.LocalAddr().String() {
		t.Errorf("%v to %v", client.LocalAddr(), client.RemoteAddr())
	}
}

type dialed struct {
	n       *nettest.Network
	address string
}

func (d dialed) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	return d.n.DialContext(ctx, network, d.address)
}

func TestHosts(t *testing.T) {
	n := nettest.Network{Hosts: map[string]string{"api.example.com": "203.0.113.7", "alias": "127.0.0.1"}}
	server, client := n.Host("api.example.com"), n.Host("client")
	ln := listenOn(t, server, "tcp", "127.0.0.1:0") // as a fake server's default
	if ip := ln.Addr().(*net.TCPAddr).IP.String(); ip != "203.0.113.7" {
		t.Errorf("listens on %v", ip)
	}
	c, s := connect(t, ln, client)
	if got := s.RemoteAddr().(*net.TCPAddr).IP.String(); got != client.Addr().String() || got != "10.0.0.1" {
		t.Errorf("the client is %v, at %v", got, client.Addr())
	}
	wantWrite(t, c, "hello", 5, nil)
	wantRead(t, s, "hello", nil)
	local := listenOn(t, &n, "tcp", "127.0.0.1:80")
	if _, err := client.DialContext(context.Background(), "tcp", local.Addr().String()); err != nil {
		t.Errorf("localhost, from another host: %v", err)
	}
	if _, err := client.DialContext(context.Background(), "tcp", "alias:80"); err != nil {
		t.Errorf("another name: %v", err)
	}
	if n.Host("client") != client || n.Host("10.0.0.1") != client || n.Host("alias") != n.Host("localhost") {
		t.Error("a host is another at the second time")
	}
	if got := n.Host("second").Addr().String(); got != "10.0.0.2" {
		t.Errorf("the second host has %s", got)
	}
}

func TestListenerClosed(t *testing.T) {
	var n nettest.Network
	ln := listenOn(t, &n, "tcp", "127.0.0.1:80")
	c, err := n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
	wantError(t, "Dial", err, nil)
	wantWrite(t, c, "hello", 5, nil)
	wantError(t, "Close", ln.Close(), nil)
	wantRead(t, c, "", syscall.ECONNRESET)
	_, err = ln.Accept()
	wantOpError(t, err, net.ErrClosed, "accept tcp 127.0.0.1:80: use of closed network connection")
	wantOpError(t, ln.Close(), net.ErrClosed, "close tcp 127.0.0.1:80: use of closed network connection")
	_, err = n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
	wantError(t, "Dial", err, syscall.ECONNREFUSED)
}

func TestListenerDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		ln := listenOn(t, &n, "tcp", "127.0.0.1:80")
		begin := time.Now()
		ln.SetDeadline(begin.Add(time.Hour))
		_, err := ln.Accept()
		wantOpError(t, err, os.ErrDeadlineExceeded, "accept tcp 127.0.0.1:80: i/o timeout")
		wantTook(t, begin, time.Hour)
		ln.SetDeadline(time.Time{})
		time.AfterFunc(time.Minute, func() { ln.Close() })
		_, err = ln.Accept()
		wantError(t, "Accept", err, net.ErrClosed)
	})
}

func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := nettest.Network{Backlog: 2}
		ln := listenOn(t, &n, "tcp", "127.0.0.1:80")
		for range 2 {
			_, err := n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
			wantError(t, "Dial", err, nil)
		}
		if got, err := ln.Backlog(); got != 2 || err != nil {
			t.Errorf("Backlog = %d, %v", got, err)
		}
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := n.DialContext(ctx, "tcp", "127.0.0.1:80")
		wantOpError(t, err, context.DeadlineExceeded, "dial tcp 127.0.0.1:80: i/o timeout")
		wantTook(t, begin, time.Minute)
		time.AfterFunc(time.Hour, func() { ln.Accept() })
		_, err = n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
		wantError(t, "Dial, once there is room", err, nil)
		wantTook(t, begin, time.Minute+time.Hour)
		time.AfterFunc(time.Hour, func() { ln.Close() })
		_, err = n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
		wantError(t, "Dial, when the listener closes", err, syscall.ECONNREFUSED)
		wantTook(t, begin, time.Minute+2*time.Hour)
	})
}

func TestConnectLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := nettest.Network{ConnectLatency: time.Second}
		listenOn(t, &n, "tcp", "127.0.0.1:80")
		begin := time.Now()
		_, err := n.DialContext(context.Background(), "tcp", "127.0.0.1:80")
		wantError(t, "Dial", err, nil)
		wantTook(t, begin, time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err = n.DialContext(ctx, "tcp", "127.0.0.1:80")
		wantError(t, "DialContext", err, context.DeadlineExceeded)
		wantTook(t, begin, time.Second+time.Millisecond)
	})
}

func TestPortsAreNotSoonUsedAgain(t *testing.T) {
	var n nettest.Network
	seen := map[string]bool{}
	ln := listenOn(t, &n, "tcp", "127.0.0.1:0")
	for range 100 {
		c, s := connect(t, ln, &n)
		if seen[c.LocalAddr().String()] {
			t.Fatalf("%v again", c.LocalAddr())
		}
		seen[c.LocalAddr().String()] = true
		c.Close()
		s.Close()
	}
}
