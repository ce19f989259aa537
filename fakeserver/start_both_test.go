package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// wantBoth checks that both servers answer, on one port.
func wantBoth(t *testing.T, s *fakeserver.Server, p *fakeserver.PacketServer) {
	t.Helper()
	if s.AddrPort().Port() == 0 || s.AddrPort().Port() != p.AddrPort().Port() {
		t.Errorf("the ports are those of %s and %s", s.Addr(), p.Addr())
	}
	c, err := s.Dial(t.Context())
	wantEcho(t, c, err)
	c, err = p.Dial(t.Context())
	wantEcho(t, c, err)
}

func TestStartBoth(t *testing.T) {
	echo, packetEcho := fakeserver.Echo{}, fakeserver.PacketEcho{}
	memory := new(nettest.Network)
	for _, tt := range []struct {
		why     string
		cfg     fakeserver.Config
		packets fakeserver.PacketConfig
		address string // without the port
	}{
		{"the default", fakeserver.Config{}, fakeserver.PacketConfig{}, "127.0.0.1"},
		{"one address is for both", fakeserver.Config{Addr: ":0"}, fakeserver.PacketConfig{}, "::1"},
		{"the other's is, too", fakeserver.Config{}, fakeserver.PacketConfig{Addr: "127.0.0.1:0"}, "127.0.0.1"},
		{"each has an address", fakeserver.Config{Addr: "127.0.0.1:0"}, fakeserver.PacketConfig{Addr: "localhost:"}, "127.0.0.1"},
		{"IPv4", fakeserver.Config{Network: "tcp4", Addr: ":0"}, fakeserver.PacketConfig{}, "127.0.0.1"},
		{"IPv6", fakeserver.Config{}, fakeserver.PacketConfig{Network: "udp6"}, "::1"},
		{"in memory", fakeserver.Config{Transport: memory}, fakeserver.PacketConfig{}, "127.0.0.1"},
		{"in memory, too", fakeserver.Config{}, fakeserver.PacketConfig{Transport: memory}, "127.0.0.1"},
		{"a port in memory", fakeserver.Config{Transport: memory, Addr: "127.0.0.1:0"}, fakeserver.PacketConfig{Addr: "127.0.0.1:53"}, "127.0.0.1"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			tt.cfg.Handler, tt.packets.Handler = echo, packetEcho
			s, p := fakeserver.StartBoth(t, tt.cfg, tt.packets)
			for _, w := range []fakeserver.Wire{s, p} {
				if host, _, _ := net.SplitHostPort(w.Address()); host != tt.address {
					t.Errorf("the address is %s, want %s", w.Address(), tt.address)
				}
			}
			wantBoth(t, s, p)
		})
	}
}

func TestListenBothRefuses(t *testing.T) {
	for _, tt := range []struct {
		why     string
		cfg     fakeserver.Config
		packets fakeserver.PacketConfig
		is      error
		words   string
	}{
		{"unix sockets", fakeserver.Config{Network: "unix"}, fakeserver.PacketConfig{Network: "unixgram"}, fakeserver.ErrConfig, "unix sockets have no ports"},
		{"one of them", fakeserver.Config{}, fakeserver.PacketConfig{Network: "unixgram"}, fakeserver.ErrConfig, "unix sockets have no ports"},
		{"one beside the default", fakeserver.Config{Network: "unix"}, fakeserver.PacketConfig{}, fakeserver.ErrConfig, `"unix" and "": unix sockets`},
		{"two families", fakeserver.Config{Network: "tcp4"}, fakeserver.PacketConfig{Network: "udp6"}, fakeserver.ErrConfig, `"tcp4" and "udp6" have no address in common`},
		{"two ports", fakeserver.Config{Addr: "127.0.0.1:1"}, fakeserver.PacketConfig{Addr: "127.0.0.1:2"}, fakeserver.ErrConfig, "ports 1 and 2 are not one"},
		{"two networks", fakeserver.Config{Transport: new(nettest.Network)}, fakeserver.PacketConfig{Transport: new(nettest.Network)}, fakeserver.ErrConfig, "two Transports"},
		{"no address", fakeserver.Config{Addr: "127.0.0.1"}, fakeserver.PacketConfig{}, fakeserver.ErrConfig, "missing port"},
		{"a network of the other kind", fakeserver.Config{}, fakeserver.PacketConfig{Network: "tcp"}, fakeserver.ErrConfig, `Network is "tcp", want one of udp`},
		{"a plan for streams", fakeserver.Config{}, fakeserver.PacketConfig{Faults: plan(fault.ToClient(fault.Reset{}))}, fault.ErrPlan, "rule 1"},
		{"a transport without ports", fakeserver.Config{Transport: newPipes()}, fakeserver.PacketConfig{}, fakeserver.ErrConfig, "has no port"},
	} {
		s, p, err := fakeserver.ListenBoth(tt.cfg, tt.packets)
		wantError(t, tt.why, err, tt.is, tt.words)
		if s != nil || p != nil {
			t.Errorf("%s: there is a server", tt.why)
		}
	}
}

// A crowded network has a few ports that are taken for datagrams.
type crowded struct {
	*nettest.Network
	taken, tries int
}

func (c *crowded) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	if c.tries++; c.tries <= c.taken {
		return nil, &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRINUSE}
	}
	return c.Network.ListenPacket(ctx, network, address)
}

// A port that is chosen is tried again, not for ever; one that is asked for is not. What was opened
// in vain is given up.
func TestListenBothTriesOtherPorts(t *testing.T) {
	for _, tt := range []struct {
		taken, tries int
		addr, words  string
	}{
		{0, 1, "", ""},
		{3, 4, "", ""},
		{1000, 50, "", "none of 50 ports could be had for both"},
		{1000, 1, "127.0.0.1:53", "can't listen on udp 127.0.0.1:53"},
	} {
		n := &crowded{Network: new(nettest.Network), taken: tt.taken}
		s, p, err := fakeserver.ListenBoth(fakeserver.Config{Transport: n, Addr: tt.addr, Handler: fakeserver.Echo{}}, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
		if n.tries != tt.tries {
			t.Errorf("with %d ports taken it tried %d, want %d", tt.taken, n.tries, tt.tries)
		}
		if tt.words != "" {
			wantError(t, "with all ports taken", err, syscall.EADDRINUSE, tt.words)
			if ln, err := n.Listen(t.Context(), "tcp", "127.0.0.1:53"); err != nil || ln.Close() != nil {
				t.Errorf("the port was not given up: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		wantBoth(t, s, p)
		if err := errors.Join(s.Close(), p.Close()); err != nil {
			t.Error(err)
		}
	}
}

// A test that fails fails once, at its line, with both stories.
func TestStartBothTellsBothStories(t *testing.T) {
	tb := &fakeTB{name: "TestBoth"}
	never := func(name string) fault.Plan {
		return plan(fault.ToClient(fault.Corrupt{Rate: 1}).AfterTime(1 << 40).Named(name))
	}
	s, p := fakeserver.StartBoth(tb, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: never("of streams")},
		fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: never("of datagrams")})
	wantBoth(t, s, p)
	tb.end()
	if len(tb.errs) != 1 {
		t.Fatalf("%d failures: %q", len(tb.errs), tb.errs)
	}
	for _, want := range []string{"start_both_test.go:", "of streams", "of datagrams", "transcript of TestBoth (tcp", "transcript of TestBoth (udp"} {
		if !strings.Contains(tb.errs[0], want) {
			t.Errorf("the failure does not say %q:\n%s", want, tb.errs[0])
		}
	}
	for _, w := range []fakeserver.Wire{s, p} {
		if _, err := w.Dial(t.Context()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the test, Dial = %v", err)
		}
	}
	refused := &fakeTB{name: "TestRefused"}
	if s, p := fakeserver.StartBoth(refused, fakeserver.Config{Network: "unix"}, fakeserver.PacketConfig{}); s != nil || p != nil || !strings.Contains(refused.fatal, "start_both_test.go:") {
		t.Errorf("%v, %v, %q", s, p, refused.fatal)
	}
}
