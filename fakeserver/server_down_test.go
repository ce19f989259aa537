package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// strangers bind and listen on ports of their own, and try for the server's,
// until stopped.
func strangers(t *testing.T, network, addr string) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if c, err := bind(network, "127.0.0.1:0"); err == nil {
				if c.where == addr {
					t.Errorf("a stranger was given %s", addr)
				}
				c.Close()
			}
		}
	})
	wg.Go(func() {
		for ctx.Err() == nil {
			if c, err := bind(network, addr); err == nil {
				t.Errorf("a stranger took %s", addr)
				c.Close()
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

type bound struct {
	io.Closer
	where string
}

func bind(network, addr string) (bound, error) {
	if network == "udp" {
		pc, err := net.ListenPacket(network, addr)
		if err != nil {
			return bound{}, err
		}
		return bound{pc, pc.LocalAddr().String()}, nil
	}
	ln, err := net.Listen(network, addr)
	if err != nil {
		return bound{}, err
	}
	return bound{ln, ln.Addr().String()}, nil
}

// usedPort returns an address that nobody listens at, with connections in TIME_WAIT.
func usedPort(t *testing.T) string {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Reply{Data: "bye"}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	for range 3 {
		c := dial(t, srv)
		send(t, c, "hi")
		io.ReadAll(c) // the server has closed first
		c.Close()
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() == 3 })
	return srv.Addr()
}

func TestDownAndUpKeepThePort(t *testing.T) {
	for _, cfg := range []fakeserver.Config{
		{}, {Network: "tcp4"}, {Network: "tcp6"}, {Addr: "[::1]:0"},
		{Addr: ":0"}, {Network: "tcp4", Addr: ":0"}, {Network: "tcp6", Addr: "[::]:0"}, {Addr: usedPort(t)},
	} {
		t.Run(cfg.Network+cfg.Addr, func(t *testing.T) {
			cfg.Handler = fakeserver.Echo{}
			srv := fakeserver.Start(t, cfg)
			defer strangers(t, "tcp", srv.Addr())()
			for range repeats(t, 60) {
				if err := srv.Down(); err != nil {
					t.Fatal(err)
				}
				if _, err := net.Dial("tcp", srv.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
					t.Fatalf("dial = %v while down, want refused", err)
				}
				if err := srv.Up(); err != nil {
					t.Fatal(err)
				}
				c := dial(t, srv)
				send(t, c, "hi")
				wantRead(t, c, "hi")
				c.Close()
			}
		})
	}
}

func TestDownRecordsWhatWaited(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	for n := 1; n <= 100; n++ {
		c := dial(t, srv)
		if err := srv.Down(); err != nil {
			t.Fatal(err)
		}
		if got := srv.Transcript().Conns(); got != n {
			t.Fatalf("%d connections in the record, want %d", got, n)
		}
		send(t, c, "still served")
		wantRead(t, c, "still served")
		c.Close()
		if err := srv.Up(); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(srv.Up(), srv.Down(), srv.Down(), srv.Up()); err != nil {
		t.Errorf("doing it twice gave %v", err)
	}
	if n := srv.Transcript().Kind(transcript.Refused).Len(); n != 101 {
		t.Errorf("went down %d times in the record, want 101", n)
	}
}

func TestStartDown(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{StartDown: true, Handler: fakeserver.Echo{}})
	if _, err := net.Dial("tcp", srv.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("dial = %v, want refused", err)
	}
	if err := srv.Up(); err != nil {
		t.Fatal(err)
	}
	c := dial(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hi")

	udp := fakeserver.StartPacket(t, fakeserver.PacketConfig{StartDown: true, Handler: fakeserver.PacketEcho{}})
	u := dialUDP(t, udp)
	send(t, u, "lost")
	if _, err := u.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("read = %v, want refused", err)
	}
	if err := udp.Up(); err != nil {
		t.Fatal(err)
	}
	send(t, u, "hi")
	wantRead(t, u, "hi")
}

func TestPacketDownAndUpKeepThePort(t *testing.T) {
	for _, cfg := range []fakeserver.PacketConfig{{}, {Network: "udp6"}} {
		t.Run(cfg.Network, func(t *testing.T) {
			cfg.Handler = fakeserver.PacketEcho{}
			srv := fakeserver.StartPacket(t, cfg)
			if cfg.Network == "" {
				defer strangers(t, "udp", srv.Addr())()
			}
			for n := range repeats(t, 50) {
				c := dialUDP(t, srv)
				send(t, c, fmt.Sprint("last ", n))
				if err := srv.Down(); err != nil {
					t.Fatal(err)
				}
				if got := srv.Transcript().Conn(n + 1).Datagrams(transcript.FromClient); len(got) != 1 {
					t.Fatalf("what was sent before Down is not in the record: %q", got)
				}
				other := dialUDP(t, srv)
				send(t, other, "lost")
				if _, err := other.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
					t.Fatalf("read = %v while down, want refused", err)
				}
				if err := srv.Up(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
