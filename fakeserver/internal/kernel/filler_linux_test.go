package kernel

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestFillerTakesTheLastRoom(t *testing.T) {
	for _, network := range []string{"tcp4", "tcp6"} {
		host := map[string]string{"tcp4": "127.0.0.1", "tcp6": "::1"}[network]
		if len(reachable(host)) == 0 {
			continue
		}
		ln := listen(t, network, net.JoinHostPort(host, "0"))
		must(t, SetBacklog(ln, 0))
		to := ln.Addr().(*net.TCPAddr).AddrPort()
		first := filler(t, to)
		if ok, err := first.Connected(patience); !ok || err != nil {
			t.Fatalf("%s: the first filler is connected: %v, %v; want that", network, ok, err)
		}
		wantBacklog(t, ln, true)
		second := filler(t, to)
		if ok, err := second.Connected(20 * time.Millisecond); ok || err != nil {
			t.Errorf("%s: the second filler is connected: %v, %v; want no answer", network, ok, err)
		}
		if got := accept(t, ln).RemoteAddr().(*net.TCPAddr).AddrPort(); got != first.Addr() || got == second.Addr() {
			t.Errorf("%s: the listener has %v, want the first filler, %v, and not %v", network, got, first.Addr(), second.Addr())
		}
	}
}

func TestFillerEndsByRST(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	f, err := NewFiller(ln.Addr().(*net.TCPAddr).AddrPort())
	must(t, err)
	c := accept(t, ln)
	must(t, f.Close())
	wantRead(t, c, 0, unix.ECONNRESET)
}

func TestFillerOfAPortThatRefuses(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	to := ln.Addr().(*net.TCPAddr).AddrPort()
	ln.Close()
	f, err := NewFiller(to)
	if err == nil {
		defer f.Close()
		_, err = f.Connected(patience)
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("connecting gives %v, want ECONNREFUSED", err)
	}
}

func filler(t *testing.T, to netip.AddrPort) *Filler {
	t.Helper()
	f, err := NewFiller(to)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}
