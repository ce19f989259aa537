package kernel

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"
)

func peerQueue(t *testing.T, c net.Conn) *PeerQueue {
	t.Helper()
	q, err := NewPeerQueue(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return q
}

func wantPeerUnread(t *testing.T, q *PeerQueue, want int, when string) {
	t.Helper()
	if n, err := q.Unread(); n != want || err != nil {
		t.Fatalf("Unread %s = %d, %v, want %d, nil", when, n, err, want)
	}
}

func wantPeerGone(t *testing.T, q *PeerQueue, why string) {
	t.Helper()
	eventually(t, why, func() bool {
		_, err := q.Unread()
		if err != nil && !errors.Is(err, ErrPeerGone) {
			t.Fatalf("Unread = %v", err)
		}
		return err != nil
	})
}

func TestPeerQueueIsExact(t *testing.T) {
	for _, test := range []struct{ name, network, address, host string }{
		{"IPv4", "tcp4", "127.0.0.1:0", "127.0.0.1"},
		{"IPv6", "tcp6", "[::1]:0", "::1"},
		{"dual stack, IPv4 client", "tcp", ":0", "127.0.0.1"},
		{"dual stack, IPv6 client", "tcp", ":0", "::1"},
		{"link-local with a zone", "tcp6", "[::]:0", linkLocal()},
	} {
		t.Run(test.name, func(t *testing.T) {
			if len(reachable(test.host)) == 0 {
				t.Skip("this machine has no such address")
			}
			ln := listen(t, test.network, test.address)
			_, port, _ := net.SplitHostPort(ln.Addr().String())
			address := net.JoinHostPort(test.host, port)
			client := dial(t, "tcp", address)
			testPeerQueue(t, accept(t, ln), client)
			client = dial(t, "tcp", address)
			testPeerQueue(t, client, accept(t, ln))
		})
	}
}

// testPeerQueue asks from here how much is unread there.
func testPeerQueue(t *testing.T, here, there net.Conn) {
	t.Helper()
	q := peerQueue(t, here)
	wantPeerUnread(t, q, 0, "of nothing")
	write(t, here, 100)
	wantAcked(t, here)
	wantPeerUnread(t, q, 100, "of 100 bytes")
	read(t, there, 30)
	wantPeerUnread(t, q, 70, "after 30 were read")
	must(t, here.(*net.TCPConn).CloseWrite())
	wantAcked(t, here)
	wantPeerUnread(t, q, 70, "after a FIN")
	read(t, there, 70)
	wantPeerUnread(t, q, 0, "before the end of stream is read")
	there.Read(make([]byte, 1))
	wantPeerUnread(t, q, 0, "after the end of stream was read")
}

// linkLocal gives an address of this host that has a zone. Linux sends what goes to it over loopback.
func linkLocal() string {
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() {
				return p.Addr().WithZone(i.Name).String()
			}
		}
	}
	return ""
}

func TestNoReadCrossesAPiece(t *testing.T) {
	const pieces = 300
	server, client := pair(t)
	sizes := make(chan int, pieces)
	go func() {
		defer close(sizes)
		for buf := make([]byte, 4096); ; {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			sizes <- n
		}
	}()
	q := peerQueue(t, server)
	for i := range pieces {
		write(t, server, 1+i%7)
		wantAcked(t, server)
		eventually(t, "the client has read the piece", func() bool { n, err := q.Unread(); return n == 0 && err == nil })
	}
	server.Close()
	for i := range pieces {
		if n := <-sizes; n != 1+i%7 {
			t.Fatalf("Read %d gave %d bytes, want %d", i, n, 1+i%7)
		}
	}
}

func TestPeerQueueOfAConnNotYetAccepted(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	client := dial(t, "tcp", ln.Addr().String())
	q := peerQueue(t, client)
	write(t, client, 10)
	wantAcked(t, client)
	wantPeerUnread(t, q, 10, "in the backlog")
	must(t, client.(*net.TCPConn).CloseWrite())
	wantAcked(t, client)
	wantPeerUnread(t, q, 10, "in the backlog after a FIN")
}

func TestPeerGone(t *testing.T) {
	t.Run("closed by its process", func(t *testing.T) {
		server, client := pair(t)
		q := peerQueue(t, server)
		client.Close()
		wantPeerGone(t, q, "the closed client is gone")
	})
	t.Run("half-closed is not gone", func(t *testing.T) {
		server, client := pair(t)
		q := peerQueue(t, server)
		must(t, client.(*net.TCPConn).CloseWrite())
		wantAcked(t, client)
		wantPeerUnread(t, q, 0, "of a half-closed peer")
	})
	t.Run("TIME_WAIT", func(t *testing.T) {
		server, client := pair(t)
		q := peerQueue(t, server)
		client.Close()
		wantRead0(t, server)
		must(t, server.(*net.TCPConn).CloseWrite())
		wantPeerGone(t, q, "the client in TIME_WAIT is gone")
	})
	t.Run("both half-closed, with bytes to read", func(t *testing.T) {
		server, client := pair(t)
		q := peerQueue(t, server)
		must(t, client.(*net.TCPConn).CloseWrite())
		write(t, server, 10)
		must(t, server.(*net.TCPConn).CloseWrite())
		wantPeerGone(t, q, "the kernel has forgotten the client")
		wantRead(t, client, 10, nil)
	})
	t.Run("reset, while its listener lives", func(t *testing.T) {
		server, client := pair(t)
		q := peerQueue(t, client)
		must(t, Reset(server))
		wantPeerGone(t, q, "the reset server is gone")
	})
	t.Run("before NewPeerQueue", func(t *testing.T) {
		server, client := pair(t)
		must(t, Reset(client))
		wantRead0(t, server)
		wantPeerGone(t, peerQueue(t, server), "the client is gone")
	})
}

// wantRead0 waits for the end of what c's peer sends: a FIN or an RST.
func wantRead0(t *testing.T, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatalf("Read = %d, %v, want an end", n, err)
	}
}

func TestPeerQueueClosed(t *testing.T) {
	server, _ := pair(t)
	q := peerQueue(t, server)
	must(t, q.Close())
	must(t, q.Close())
	_, err := q.Unread()
	wantError(t, "Unread after Close", err, net.ErrClosed)
	server.Close()
	_, err = NewPeerQueue(server)
	wantError(t, "NewPeerQueue of a closed conn", err, net.ErrClosed)
}

func TestPeerQueueAllocatesNothing(t *testing.T) {
	server, _ := pair(t)
	q := peerQueue(t, server)
	start := time.Now()
	if n := testing.AllocsPerRun(1000, func() { q.Unread() }); n != 0 {
		t.Errorf("Unread allocates %v times", n)
	}
	t.Logf("%v a query", time.Since(start)/1001)
}

func TestOnlyARefusalIsUnsupported(t *testing.T) {
	for err, want := range map[syscall.Errno]bool{
		syscall.EPERM: true, syscall.EACCES: true, syscall.EPROTONOSUPPORT: true, syscall.ECONNREFUSED: true, // sandboxes
		syscall.EMFILE: false, syscall.ENFILE: false, syscall.ENOBUFS: false, syscall.ENOMEM: false, // passing
	} {
		got := refused("PeerQueue", err)
		if errors.Is(got, errors.ErrUnsupported) != want || !errors.Is(got, err) {
			t.Errorf("refused(%v) = %v, want it unsupported: %v", err, got, want)
		}
	}
}
