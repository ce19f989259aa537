package nettest_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// noLeaks runs body as a test, in virtual time, and returns what NoLeaks says at its end. after ends
// what body left behind.
func noLeaks(t *testing.T, body func(p *probe) (after func())) *probe {
	t.Helper()
	p := &probe{T: t}
	synctest.Test(t, func(t *testing.T) {
		nettest.NoLeaks(p)
		after := body(p)
		p.end()
		after()
	})
	return p
}

// waitsForever is what the failure is to show.
func waitsForever(end chan struct{}) { <-end }

func TestNoLeaksNamesGoroutines(t *testing.T) {
	p := noLeaks(t, func(*probe) func() {
		end := make(chan struct{})
		go waitsForever(end)
		return func() { close(end) }
	})
	wantLeak(t, p, "left behind since leaks_test.go:", ": 1 goroutine, 0 descriptors", "chan receive", "nettest_test.waitsForever(", "created by github.com/fakewire/fakewire/nettest_test.TestNoLeaksNamesGoroutines.func1")
}

func TestNoLeaksNamesSockets(t *testing.T) {
	if _, err := filepath.EvalSymlinks("/proc/self/fd"); err != nil {
		t.Skip("no /proc/self/fd here")
	}
	var local, remote net.Addr
	p := noLeaks(t, func(*probe) func() {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		local, remote = c.LocalAddr(), c.RemoteAddr()
		return func() { ln.Close(); c.Close() }
	})
	wantLeak(t, p, "0 goroutines, 2 descriptors", "tcp "+local.String()+" -> "+remote.String(), "tcp "+remote.String()+", which listens")
}

func wantLeak(t *testing.T, p *probe, words ...string) {
	t.Helper()
	text := strings.Join(p.errors, "\n")
	for _, w := range words {
		if len(p.errors) != 1 || !strings.Contains(text, w) {
			t.Errorf("the failure does not say %q:\n%s", w, text)
		}
	}
}

// What was there before, what ends in time, and what was started after the call and is ended by
// a cleanup is no leak.
func TestNoLeaksFindsNothing(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	for why, body := range map[string]func(p *probe){
		"nothing": func(*probe) {},
		"a server": func(p *probe) {
			fakeserver.Start(p, fakeserver.Config{Handler: fakeserver.Echo{}, Transport: new(nettest.Network)})
		},
		"one that ends":  func(*probe) { go time.Sleep(4 * time.Second) },
		"one that ended": func(*probe) { time.AfterFunc(time.Second, func() {}) },
	} {
		t.Run(why, func(t *testing.T) {
			p := noLeaks(t, func(p *probe) func() { body(p); return func() {} })
			if len(p.errors)+len(p.log) > 0 {
				t.Errorf("%q, %q", p.errors, p.log)
			}
		})
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

// On sockets, in real time.
func TestNoLeaksFindsNothingOfAServer(t *testing.T) {
	nettest.NoLeaks(t)
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("PING"))
	c.Read(make([]byte, 4))
}

// A test that has failed or was skipped is not failed by what it left behind.
func TestNoLeaksOnlyLogsAfterAFailure(t *testing.T) {
	for why, over := range map[string]func(p *probe){
		"failed":  func(p *probe) { p.Errorf("no answer") },
		"skipped": func(p *probe) { p.skipped = true },
	} {
		t.Run(why, func(t *testing.T) {
			p := noLeaks(t, func(p *probe) func() {
				end := make(chan struct{})
				go waitsForever(end)
				over(p)
				return func() { close(end) }
			})
			if text := strings.Join(p.log, "\n"); !strings.Contains(text, ": 1 goroutine") || len(p.errors) > 1 {
				t.Errorf("errors %q, logged %q", p.errors, text)
			}
		})
	}
}
