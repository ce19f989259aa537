package port_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/port"
	"github.com/fakewire/fakewire/nettest"
)

// quiet is an address of its own, so that a port that was given up is not taken by another test.
var quiet = func() string {
	if runtime.GOOS == "linux" {
		return "127.77.0.2:0"
	}
	return "127.0.0.1:0"
}()

// A way is one in which an address is kept.
type way struct {
	name string
	spec port.Spec
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func ways(t *testing.T, networks ...string) []way {
	memory := new(nettest.Network)
	var all []way
	for _, network := range networks {
		w := way{name: network, spec: port.Spec{Network: network}, dial: new(net.Dialer).DialContext}
		if !strings.HasPrefix(network, "unix") {
			if runtime.GOOS != "linux" {
				continue // there are no guards
			}
			w.spec.Address = quiet
			all = append(all, way{network + " in memory", port.Spec{Network: network, Address: "127.0.0.1:0", Transport: memory}, memory.DialContext})
		}
		all = append(all, w)
	}
	return all
}

func TestPortIsKeptWhileNothingListens(t *testing.T) {
	for _, w := range ways(t, "tcp", "unix") {
		t.Run(w.name, func(t *testing.T) {
			p, err := port.Listen(w.spec)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			at := p.Addr().String()
			dials := func(want bool) {
				t.Helper()
				c, err := w.dial(t.Context(), w.spec.Network, at)
				if (err == nil) != want {
					t.Fatalf("dial: %v; want a connection: %v", err, want)
				}
				if err == nil {
					c.Close()
				}
			}
			for range 3 {
				ln, err := p.Open()
				if err != nil {
					t.Fatal(err)
				}
				if got := ln.Addr().String(); got != at {
					t.Fatalf("it listens at %s, want %s", got, at)
				}
				dials(true)
				if err := p.Keep(); err != nil {
					t.Fatal(err)
				}
				dials(true)
				p.Suspend()
				dials(false)
				wantTaken(t, w.spec, at, port.Listen)
			}
			p.Suspend() // does nothing
			if err := p.CanRefuse(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPortForPacketsIsKeptWhileNothingListens(t *testing.T) {
	networks := []string{"udp", "unixgram"}
	if runtime.GOOS == "windows" {
		networks = networks[:1]
	}
	for _, w := range ways(t, networks...) {
		t.Run(w.name, func(t *testing.T) {
			p, err := port.ListenPacket(w.spec)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			at := p.Addr().String()
			for range 3 {
				pc, err := p.Open()
				if err != nil {
					t.Fatal(err)
				}
				if got := pc.LocalAddr().String(); got != at {
					t.Fatalf("it is at %s, want %s", got, at)
				}
				if err := p.Keep(); err != nil {
					t.Fatal(err)
				}
				p.Suspend()
				wantTaken(t, w.spec, at, port.ListenPacket)
			}
		})
	}
}

// wantTaken checks that another can't get an address that is kept.
func wantTaken[S port.Socket](t *testing.T, spec port.Spec, at string, take func(port.Spec) (*port.Port[S], error)) {
	t.Helper()
	spec.Address = at
	if p, err := take(spec); err == nil {
		p.Close()
		t.Fatalf("another gets %s", at)
	}
}

func TestPortIsFreeAfterClose(t *testing.T) {
	for _, w := range ways(t, "tcp", "unix") {
		for _, down := range []bool{false, true} {
			p, err := port.Listen(w.spec)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Open(); err != nil {
				t.Fatal(err)
			}
			if down {
				if err := p.Keep(); err != nil {
					t.Fatal(err)
				}
				p.Suspend()
			}
			p.Close()
			spec := w.spec
			spec.Address = p.Addr().String()
			if w.name == "unix" {
				if _, err := os.Stat(filepath.Dir(spec.Address)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the socket's directory is still there: %v", err)
				}
				continue
			}
			next, err := port.Listen(spec)
			if err != nil {
				t.Errorf("%s, suspended %v: %v", w.name, down, err)
				continue
			}
			next.Close()
		}
	}
}

// A server that begins down has its port, and no client reaches it: the port was never listened at.
func TestPortThatBeginsDown(t *testing.T) {
	for _, w := range ways(t, "tcp") {
		if w.spec.Transport != nil {
			continue
		}
		for _, address := range []string{quiet, ":0"} {
			w.spec.Address, w.spec.Down = address, true
			p, err := port.Listen(w.spec)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if c, err := w.dial(t.Context(), "tcp", p.Addr().String()); err == nil {
				c.Close()
				t.Errorf("%s: a client is connected before Open", address)
			}
			wantTaken(t, w.spec, p.Addr().String(), port.Listen)
			w.spec.Down = false
			wantTaken(t, w.spec, p.Addr().String(), port.Listen)
			ln, err := p.Open()
			if err != nil {
				t.Fatal(err)
			}
			if ln.Addr().String() != p.Addr().String() {
				t.Errorf("it listens at %v, want %v", ln.Addr(), p.Addr())
			}
		}
	}
}

// Where the guard can't be had, the socket goes on.
func TestPortThatCanNotBeKept(t *testing.T) {
	for _, w := range ways(t, "tcp") {
		if w.spec.Transport != nil {
			continue
		}
		p, err := port.Listen(w.spec)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		ln, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		ln.Close()
		want := "can't keep " + p.Addr().String() + ": "
		if err := p.Keep(); !errors.Is(err, net.ErrClosed) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Keep: %v, want net.ErrClosed after %q", err, want)
		}
	}
}

// What was opened to learn an address is not left open.
func TestPortIsClosedIfTheSocketIsRefused(t *testing.T) {
	memory, refused := new(nettest.Network), errors.New("refused")
	spec := port.Spec{Network: "tcp", Address: "127.0.0.1:77", Transport: memory, Check: func(any) error { return refused }}
	if _, err := port.Listen(spec); err != refused {
		t.Fatalf("Listen: %v, want the error of Check", err)
	}
	spec.Check = nil
	p, err := port.Listen(spec)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
}

func TestPortOfATransportWithoutSuspend(t *testing.T) {
	p, err := port.Listen(port.Spec{Network: "tcp", Address: quiet, Transport: port.Kernel{}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 2 {
		ln, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		if ln.Addr().String() != p.Addr().String() {
			t.Errorf("it listens at %v, want %v", ln.Addr(), p.Addr())
		}
		p.Suspend()
	}
}

func TestPortNamesWhatCanNotBeHad(t *testing.T) {
	p, err := port.Listen(port.Spec{Network: "tcp", Address: "192.0.2.1:9", ReceiveBuffer: 4096})
	if err == nil {
		p.Close()
		t.Fatal("it has the address of another host")
	}
	if !strings.HasPrefix(err.Error(), "fakeserver: can't listen on tcp 192.0.2.1:9: ") {
		t.Errorf("the error is %q", err)
	}
}
