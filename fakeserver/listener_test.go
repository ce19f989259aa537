package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// listenTCP is a listener to wrap.
func listenTCP(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func wrap(t testing.TB, rules ...fault.Rule) *fakeserver.Listener {
	t.Helper()
	return fakeserver.StartListener(t, listenTCP(t), fakeserver.Config{Faults: plan(rules...)})
}

// acceptConn takes the next connection, which is closed at the test's end.
func acceptConn(t testing.TB, ln interface{ Accept() (net.Conn, error) }) *fakeserver.Conn {
	t.Helper()
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*fakeserver.Conn)
}

func TestWrapListenerRefuses(t *testing.T) {
	ln := listenTCP(t)
	defer ln.Close()
	for _, tt := range []struct {
		why   string
		ln    net.Listener
		cfg   fakeserver.Config
		is    error
		words []string
	}{
		{"no listener", nil, fakeserver.Config{}, fakeserver.ErrConfig, []string{"net.Listener is nil"}},
		{"a network", ln, fakeserver.Config{Network: "tcp"}, fakeserver.ErrConfig, []string{"Network"}},
		{"an address", ln, fakeserver.Config{Addr: ":0"}, fakeserver.ErrConfig, []string{"Addr"}},
		{"a transport", ln, fakeserver.Config{Transport: newPipes()}, fakeserver.ErrConfig, []string{"Transport"}},
		{"a handler", ln, fakeserver.Config{Handler: fakeserver.Echo{}}, fakeserver.ErrConfig, []string{"Handler"}},
		{"a buffer", ln, fakeserver.Config{ReceiveBuffer: 1}, fakeserver.ErrConfig, []string{"ReceiveBuffer"}},
		{"down", ln, fakeserver.Config{StartDown: true}, fakeserver.ErrConfig, []string{"StartDown"}},
		{"two of them", ln, fakeserver.Config{StartDown: true, Addr: ":0"}, fakeserver.ErrConfig, []string{"StartDown", "Addr"}},
		{"a bad plan", ln, fakeserver.Config{Faults: plan(fault.ToClient(fault.Slice{Size: -1}).Named("thin"))}, fault.ErrPlan, []string{"rule 1 (thin)"}},
	} {
		l, err := fakeserver.WrapListener(tt.ln, tt.cfg)
		if l != nil {
			t.Errorf("%s: there is a Listener", tt.why)
		}
		wantError(t, tt.why, err, tt.is, tt.words...)
	}
	tb := &fakeTB{name: "TestBad"}
	if l := fakeserver.StartListener(tb, ln, fakeserver.Config{StartDown: true}); l != nil || !strings.Contains(tb.fatal, "listener_test.go") {
		t.Errorf("StartListener = %v, and says %q", l, tb.fatal)
	}
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatalf("the listener that was refused is closed: %v", err)
	}
	c.Close()
}

func TestListenerRecordsAndFaultsBothDirections(t *testing.T) {
	ln := wrap(t,
		fault.FromClient(fault.Slice{Sizes: []int64{2, 3}}).OnConn(1),
		fault.ToClient(fault.Close{}).AfterBytes(4).OnConn(2),
	)
	one := dial(t, ln)
	c1 := acceptConn(t, ln)
	send(t, one, "abcdefg")
	for _, want := range []string{"ab", "cde", "fg"} {
		wantRead(t, c1, want)
	}
	two := dial(t, ln)
	c2 := acceptConn(t, ln)
	if c1.Number() != 1 || c2.Number() != 2 {
		t.Errorf("numbers %d and %d", c1.Number(), c2.Number())
	}
	if n, err := io.WriteString(c2, "answer"); n != 4 || !errors.Is(err, fault.ErrInjected) {
		t.Errorf("Write = %d, %v; want 4, injected", n, err)
	}
	wantAll(t, two, "answ", io.EOF)
	two.Close()
	if err := c2.Close(); err != nil {
		t.Errorf("Close of a connection that a rule ended = %v", err)
	}
	wantError(t, "the second Close", c2.Close(), net.ErrClosed)
	wait(t, ln, ended(2))
	wantEnding(t, ln.Transcript(), 2, transcript.ByFIN, transcript.ByFIN)
	one.Close()
	c1.Close()
	wait(t, ln, ended(1))
	wantEnding(t, ln.Transcript(), 1, transcript.ByFIN, transcript.ByFIN)
	if got := string(ln.Transcript().Conn(1).FromClient()); got != "abcdefg" {
		t.Errorf("the record has %q", got)
	}
	if err := ln.Verify(); err != nil {
		t.Error(err)
	}
}

// What OnAccept ends is not handed out; what it stalls does not hold up the next.
func TestOnAcceptActsBeforeAccept(t *testing.T) {
	ln := wrap(t,
		fault.OnAccept(fault.Reset{}).OnConn(1),
		fault.OnAccept(fault.Close{}).OnConn(2),
		fault.OnAccept(fault.Stall{For: 300 * time.Millisecond}).OnConn(3),
	)
	first, err := dialAny(ln)
	if err == nil {
		wantAll(t, first, "", errReset)
		first.Close()
	}
	wait(t, ln, ended(1))
	second := dial(t, ln)
	wantAll(t, second, "", io.EOF)
	second.Close()
	wait(t, ln, ended(2))
	began := time.Now()
	third := dial(t, ln)
	wait(t, ln, func(tr transcript.Transcript) bool { return tr.Conns() == 3 })
	fourth := dial(t, ln)
	if c := acceptConn(t, ln); c.Number() != 4 {
		t.Errorf("Accept = conn %d, want 4, which is not stalled", c.Number())
	}
	if c := acceptConn(t, ln); c.Number() != 3 || time.Since(began) < 300*time.Millisecond {
		t.Errorf("Accept = conn %d after %v, want 3 after its stall", c.Number(), time.Since(began))
	}
	third.Close()
	fourth.Close()
	if err := ln.Verify(); err != nil {
		t.Error(err)
	}
}

func TestGatesAndNewFaultsOfAListener(t *testing.T) {
	ln := wrap(t, fault.ToClient(fault.Hold{Gate: "go"}).AfterBytes(3))
	c := dial(t, ln)
	s := acceptConn(t, ln)
	send(t, s, "answer")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := ln.AwaitHeld(ctx, "go"); err != nil {
		t.Fatal(err)
	}
	wantRead(t, c, "ans")
	if err := ln.Release("go"); err != nil {
		t.Fatal(err)
	}
	wantRead(t, c, "wer")
	if err := ln.SetFaults(plan(fault.ToClient(fault.Close{}).AfterBytes(8))); err != nil {
		t.Fatal(err)
	}
	io.WriteString(s, "more")
	wantAll(t, c, "mo", io.EOF)
}
