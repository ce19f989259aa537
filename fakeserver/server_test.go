package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

func TestServerAddresses(t *testing.T) {
	for _, tt := range []struct{ network, addr, host string }{
		{"", "", "127.0.0.1"},
		{"tcp4", "", "127.0.0.1"},
		{"tcp6", "", "::1"},
		{"tcp", "[::1]:0", "::1"},
		{"tcp", "127.0.0.1:0", "127.0.0.1"},
		{"tcp4", ":0", "127.0.0.1"},
		{"tcp6", ":0", "::1"},
		{"tcp", "localhost:0", "127.0.0.1"},
	} {
		t.Run(tt.network+" "+tt.addr, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Network: tt.network, Addr: tt.addr, Handler: fakeserver.Echo{}})
			ap, err := netip.ParseAddrPort(srv.Addr())
			if err != nil || ap != srv.AddrPort() || ap.Addr().String() != tt.host || ap.Port() == 0 {
				t.Errorf("Addr = %q, AddrPort = %v; want host %s and a port", srv.Addr(), srv.AddrPort(), tt.host)
			}
			c := dial(t, srv)
			send(t, c, "hi")
			wantRead(t, c, "hi")
		})
	}
}

func TestServerOnBothStacksTakesBoth(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Addr: ":0", Handler: fakeserver.Echo{}})
	for _, host := range []string{"127.0.0.1", "::1"} {
		c, err := net.Dial("tcp", net.JoinHostPort(host, fmt.Sprint(srv.AddrPort().Port())))
		if err != nil {
			t.Fatal(err)
		}
		send(t, c, "hi")
		wantRead(t, c, "hi")
		c.Close()
	}
}

func TestConfigsThatAreBad(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var nilFunc fakeserver.HandlerFunc
	var nilPtr *fakeserver.Echo
	for _, tt := range []struct {
		why   string
		cfg   fakeserver.Config
		is    error
		words []string
	}{
		{"a port in use", fakeserver.Config{Addr: taken.Addr().String()}, nil, []string{taken.Addr().String(), "in use"}},
		{"an unknown network", fakeserver.Config{Network: "tpc"}, fakeserver.ErrConfig, []string{`"tpc"`, "tcp4"}},
		{"a datagram network", fakeserver.Config{Network: "udp"}, fakeserver.ErrConfig, []string{`"udp"`}},
		{"no address", fakeserver.Config{Addr: "nonsense"}, nil, []string{"nonsense"}},
		{"a nil function", fakeserver.Config{Handler: nilFunc}, fakeserver.ErrConfig, []string{"nil fakeserver.HandlerFunc"}},
		{"a nil pointer", fakeserver.Config{Handler: nilPtr}, fakeserver.ErrConfig, []string{"nil *fakeserver.Echo"}},
		{"an empty sequence", fakeserver.Config{Handler: fakeserver.Sequence{}}, fakeserver.ErrConfig, []string{"Sequence", "empty"}},
		{"a nil in a sequence", fakeserver.Config{Handler: fakeserver.Sequence{fakeserver.Echo{}, nil}}, fakeserver.ErrConfig, []string{"handler 2 is nil"}},
		{"a nil function in a sequence", fakeserver.Config{Handler: fakeserver.Sequence{nilFunc}}, fakeserver.ErrConfig, []string{"handler 1", "nil fakeserver.HandlerFunc"}},
		{"negative lines", fakeserver.Config{Handler: fakeserver.Lines{MaxBytes: -1}}, fakeserver.ErrConfig, []string{"MaxBytes is -1"}},
		{"negative idleness", fakeserver.Config{Handler: fakeserver.Lines{IdleTimeout: -1}}, fakeserver.ErrConfig, []string{"IdleTimeout is -1ns"}},
		{"a negative read", fakeserver.Config{Handler: fakeserver.Reply{Max: -1}}, fakeserver.ErrConfig, []string{"Max is -1"}},
		{"a negative buffer", fakeserver.Config{ReceiveBuffer: -1}, fakeserver.ErrConfig, []string{"ReceiveBuffer is -1"}},
		{"a rule of nonsense", fakeserver.Config{Faults: plan(fault.ToClient(fault.Slice{}))}, fault.ErrPlan, []string{"rule 1 (slice.ToClient.1)"}},
		{"a datagram's fault", fakeserver.Config{Faults: plan(fault.ToClient(fault.Loss{Nth: 1}))}, fault.ErrPlan, []string{"not a fault of a stream"}},
	} {
		before := descriptors(t)
		srv, err := fakeserver.Listen(tt.cfg)
		wantError(t, tt.why, err, tt.is, tt.words...)
		if srv != nil {
			t.Errorf("%s: a server came back with the error", tt.why)
		}
		if after := descriptors(t); after != before {
			t.Errorf("%s: %d descriptors became %d", tt.why, before, after)
		}
	}
	tb := &fakeTB{name: "T"}
	if srv := fakeserver.Start(tb, fakeserver.Config{Network: "tpc"}); srv != nil || !strings.Contains(tb.fatal, "server_test.go:") {
		t.Errorf("Start = %v with %q, want a fatal error that begins with its caller", srv, tb.fatal)
	}
	tb.end()
}

func TestSeedThatIsBadIsRefused(t *testing.T) {
	t.Setenv("FAKEWIRE_SEED", "lucky")
	_, err := fakeserver.Listen(fakeserver.Config{})
	wantError(t, "Listen", err, fakeserver.ErrConfig, `FAKEWIRE_SEED="lucky"`)
}

// What a handler does wrong is recorded, resets the connection and fails Verify.
func TestHandlersThatFail(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		why   string
		serve fakeserver.HandlerFunc
		words string
	}{
		{"an error", func(ctx context.Context, c *fakeserver.Conn) error { return broken }, "conn 1: handler returned: broken"},
		{"a panic", func(ctx context.Context, c *fakeserver.Conn) error { panic("oh no") }, "conn 1: handler panicked: oh no"},
		{"a panic with an error", func(ctx context.Context, c *fakeserver.Conn) error { panic(broken) }, "handler panicked: broken"},
		{"a panic with an error of the wire", func(ctx context.Context, c *fakeserver.Conn) error { panic(io.EOF) }, "handler panicked: EOF"},
		{"a Goexit", func(ctx context.Context, c *fakeserver.Conn) error { runtime.Goexit(); return nil }, "runtime.Goexit"},
		{"another connection's error", func(ctx context.Context, c *fakeserver.Conn) error {
			_, err := net.Dial("tcp", "127.0.0.1:1")
			return err
		}, "connection refused"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			// A reset before a client's connect has returned would be the dial's error.
			srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(
				func(ctx context.Context, c *fakeserver.Conn) error {
					if err := expect(c, "go"); err != nil {
						return err
					}
					return tt.serve(ctx, c)
				})})
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			c := dial(t, srv)
			send(t, c, "go")
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, errReset) {
				t.Errorf("the client read %v, want a reset", err)
			}
			wait(t, srv, ended(1))
			wantEnding(t, srv.Transcript(), 1, transcript.ByRST, transcript.ByRST)
			wantError(t, "Verify", srv.Verify(), nil, tt.words)
			if n := srv.Transcript().Kind(transcript.Error).Len(); n != 1 {
				t.Errorf("%d errors in the record, want 1:\n%v", n, srv.Transcript())
			}
			// The server goes on.
			send(t, dial(t, srv), "go")
			wait(t, srv, ended(2))
		})
	}
}

// What the wire did is told by the record alone, and so in whole.
func TestHandlerErrorOfTheWireIsRecordedInWhole(t *testing.T) {
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error { return errors.Join(io.ErrUnexpectedEOF, os.ErrDeadlineExceeded) })
	dial(t, srv).Close()
	wait(t, srv, ended(1))
	const want = "handler: unexpected EOF\ni/o timeout"
	var got []string
	for e := range srv.Transcript().Kind(transcript.Error).All() {
		got = append(got, e.Text)
	}
	if !slices.Equal(got, []string{want}) {
		t.Errorf("the record has the errors %q, want %q", got, want)
	}
}

func TestHandlerIsNotFailedByTheWire(t *testing.T) {
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error { return expect(c, "a whole request") })
	c := dial(t, srv)
	send(t, c, "a wh")
	c.Close()
	wait(t, srv, ended(1))
	c = dial(t, srv)
	send(t, c, "a wh")
	c.SetLinger(0)
	c.Close()
	wait(t, srv, ended(2))
	tr := srv.Transcript()
	wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
	if tr.Conn(2).Ending(transcript.FromClient) != transcript.ByRST || tr.Conn(2).Kind(transcript.RST).Len() != 1 {
		t.Errorf("the client's reset is not in the record:\n%v", tr)
	}
	if err := srv.Verify(); err != nil {
		t.Errorf("Verify = %v, want nil", err)
	}
}

func TestServerLeavesNothingBehind(t *testing.T) {
	nettest.NoLeaks(t)
	run := func() {
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(
			fault.ToClient(fault.Slice{Size: 1}).OnConn(1),
			fault.ToClient(fault.Reset{}).AfterBytes(1).OnConn(2),
			fault.FromClient(fault.Stall{}).OnConn(3),
		)})
		if err != nil {
			t.Fatal(err)
		}
		var conns []net.Conn
		for n := 1; n <= 5; n++ {
			c, err := net.Dial("tcp", srv.Addr())
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
			io.WriteString(c, "abc")
		}
		wantRead(t, conns[4], "abc")
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range conns {
			c.Close()
		}
	}
	for range 20 {
		run()
	}
}

func TestCloseClientConns(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	a := dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 1 })
	if err := srv.CloseClientConns(transcript.ByFIN); err != nil {
		t.Error(err)
	}
	wantAll(t, a, "", io.EOF)
	a.Close()
	wait(t, srv, ended(1))
	b := dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 2 })
	if err := srv.CloseClientConns(transcript.ByRST); err != nil {
		t.Error(err)
	}
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, errReset) {
		t.Errorf("the client read %v, want a reset", err)
	}
	wait(t, srv, ended(1))
	wantEnding(t, srv.Transcript(), 1, transcript.ByFIN, transcript.ByFIN)
	wantEnding(t, srv.Transcript(), 2, transcript.ByRST, transcript.ByRST)
	wantError(t, "CloseClientConns(StillOpen)", srv.CloseClientConns(transcript.StillOpen), nil, "want ByFIN, ByClose or ByRST")
}

func TestWaitEndsWithItsContext(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	time.AfterFunc(time.Millisecond, func() { cancel(why) })
	err := srv.Wait(ctx, func(transcript.Transcript) bool { return false })
	wantError(t, "Wait", err, why, "transcript of TestWaitEndsWithItsContext")
}
