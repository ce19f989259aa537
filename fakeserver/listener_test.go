package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/nettest"

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

// wrapped is a wrapped listener as something that can be dialled.
type wrapped struct{ *fakeserver.Listener }

func (w wrapped) Addr() string { return w.Listener.Addr().String() }

func wrap(t testing.TB, rules ...fault.Rule) wrapped {
	t.Helper()
	return wrapped{fakeserver.StartListener(t, listenTCP(t), fakeserver.Config{Faults: plan(rules...)})}
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

// wrappedPipe is a nettest.MakePipe: a client's connection and what a wrapped
// listener accepted.
func wrappedPipe(network string, p fault.Plan) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		addr, remove := "127.0.0.1:0", func() {}
		if network == "unix" {
			addr, remove = socketPath()
		}
		below, err := net.Listen(network, addr)
		if err != nil {
			return nil, nil, nil, err
		}
		ln, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: p})
		if err != nil {
			return nil, nil, nil, err
		}
		if c1, err = net.Dial(network, ln.Addr().String()); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = ln.Accept(); err != nil {
			return nil, nil, nil, err
		}
		return c1, c2, func() {
			c1.Close()
			c2.Close()
			ln.Stop()
			remove()
		}, nil
	}
}

func TestAWrappedConnIsANetConn(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) { nettest.TestConn(t, wrappedPipe(network, fault.Plan{})) })
		t.Run(network+" with faults", func(t *testing.T) {
			nettest.TestConn(t, wrappedPipe(network, plan(
				fault.FromClient(fault.Latency{Delay: 1}).MayNotFire(),
				fault.ToClient(fault.Latency{Delay: 1}).MayNotFire(),
			)))
		})
	}
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

func TestAWrappedListenerRecordsAndFaultsBothDirections(t *testing.T) {
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
	third, began := dial(t, ln), time.Now()
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

func TestCloseOfAListenerIsAsInPackageNet(t *testing.T) {
	ln := wrap(t)
	taken := dial(t, ln)
	c := acceptConn(t, ln)
	waiting := dial(t, ln)
	wait(t, ln, func(tr transcript.Transcript) bool { return tr.Conns() == 2 })
	var blocked sync.WaitGroup
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	wantError(t, "the second Close", ln.Close(), net.ErrClosed)
	for range 2 {
		blocked.Go(func() {
			_, err := ln.Accept()
			wantError(t, "Accept", err, net.ErrClosed)
		})
	}
	blocked.Wait()
	wantAll(t, waiting, "", errReset) // nobody accepted it
	send(t, taken, "still")
	wantRead(t, c, "still")
	send(t, c, "open")
	wantRead(t, taken, "open")
	if _, err := net.Dial("tcp", ln.Addr()); err == nil {
		t.Error("a closed listener takes connections")
	}
}

func TestCloseUnblocksAccept(t *testing.T) {
	for range 50 {
		ln, err := fakeserver.WrapListener(listenTCP(t), fakeserver.Config{})
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error)
		go func() {
			_, err := ln.Accept()
			failed <- err
		}()
		runtime.Gosched()
		ln.Close()
		wantError(t, "Accept", <-failed, net.ErrClosed)
		ln.Stop()
	}
}

func TestAListenerWhoseLowerOneIsClosed(t *testing.T) {
	below := listenTCP(t)
	ln := fakeserver.StartListener(t, below, fakeserver.Config{})
	below.Close()
	for range 2 {
		_, err := ln.Accept()
		wantError(t, "Accept", err, net.ErrClosed)
	}
}

// failing is a listener that fails a few times before it works.
type failing struct {
	net.Listener
	mu    sync.Mutex
	times int
}

var errPassing = errors.New("too many open files")

func (l *failing) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.times--; l.times >= 0 {
		return nil, errPassing
	}
	return l.Listener.Accept()
}

func TestAnErrorOfTheLowerListenerIsHandedOn(t *testing.T) {
	ln := wrapped{fakeserver.StartListener(t, &failing{Listener: listenTCP(t), times: 2}, fakeserver.Config{})}
	for range 2 {
		_, err := ln.Accept()
		wantError(t, "Accept", err, errPassing)
	}
	c := dial(t, ln)
	acceptConn(t, ln)
	c.Close()
}

// Stop unblocks and ends everything, whatever it is at.
func TestStopUnblocksEverything(t *testing.T) {
	for why, tt := range map[string]struct {
		rules []fault.Rule
		do    func(c *fakeserver.Conn) error
	}{
		"a read":          {nil, func(c *fakeserver.Conn) error { _, err := c.Read(make([]byte, 1)); return err }},
		"a write":         {nil, func(c *fakeserver.Conn) error { _, err := c.Write(make([]byte, 64<<20)); return err }},
		"a stalled read":  {[]fault.Rule{fault.FromClient(fault.Stall{})}, func(c *fakeserver.Conn) error { _, err := c.Read(make([]byte, 1)); return err }},
		"a full queue":    {[]fault.Rule{fault.ToClient(fault.Stall{})}, func(c *fakeserver.Conn) error { _, err := c.Write(make([]byte, 100<<20)); return err }},
		"a delayed close": {[]fault.Rule{fault.ToClient(fault.Latency{Delay: time.Hour})}, func(c *fakeserver.Conn) error { c.Write([]byte("late")); c.Close(); return net.ErrClosed }},
		"a draining one":  {nil, func(c *fakeserver.Conn) error { c.Close(); return net.ErrClosed }},
	} {
		t.Run(why, func(t *testing.T) {
			ln, err := fakeserver.WrapListener(listenTCP(t), fakeserver.Config{Faults: plan(tt.rules...)})
			if err != nil {
				t.Fatal(err)
			}
			dial(t, wrapped{ln})
			c := acceptConn(t, ln)
			done := make(chan error)
			go func() { done <- tt.do(c) }()
			runtime.Gosched()
			began := time.Now()
			if err := ln.Stop(); err != nil {
				t.Errorf("Stop = %v", err)
			}
			if d := time.Since(began); d > closeBound {
				t.Errorf("Stop took %v", d)
			}
			wantError(t, why, <-done, net.ErrClosed)
			if err := ln.Stop(); err != nil {
				t.Errorf("the second Stop = %v", err)
			}
			wantError(t, "Wait", ln.Wait(t.Context(), func(transcript.Transcript) bool { return false }), net.ErrClosed)
		})
	}
}

// closeBound is more than a Close may take, also on a busy machine.
const closeBound = 10 * time.Second

func TestCloseClientConnsOfAListener(t *testing.T) {
	ln := wrap(t)
	a := dial(t, ln)
	ca := acceptConn(t, ln)
	if err := ln.CloseClientConns(transcript.ByFIN); err != nil {
		t.Fatal(err)
	}
	wantAll(t, a, "", io.EOF)
	a.Close()
	_, err := ca.Read(make([]byte, 1))
	wantError(t, "Read", err, net.ErrClosed)
	wait(t, ln, ended(1))
	b := dial(t, ln)
	cb := acceptConn(t, ln)
	if err := ln.CloseClientConns(transcript.ByRST); err != nil {
		t.Fatal(err)
	}
	wantAll(t, b, "", errReset)
	for _, c := range []*fakeserver.Conn{ca, cb} {
		if err := c.Close(); err != nil {
			t.Errorf("conn %d: the owner's first Close = %v", c.Number(), err)
		}
	}
	wantError(t, "CloseClientConns", ln.CloseClientConns(transcript.ByClose), nil, "ByFIN or ByRST")
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

// At the end of a test its cleanup stops everything, and says what it has to say.
func TestStartListenerFailsItsTest(t *testing.T) {
	tb := &fakeTB{name: "TestX"}
	ln := wrapped{fakeserver.StartListener(tb, listenTCP(t), fakeserver.Config{Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(7))})}
	dial(t, ln)
	acceptConn(t, ln)
	tb.end()
	if len(tb.errs) != 1 || !strings.HasPrefix(tb.errs[0], "listener_test.go:") || !strings.Contains(tb.errs[0], "reset.ToClient.1") {
		t.Errorf("the test says %q", tb.errs)
	}
}

// Nothing is left once the connections and the listener are closed.
func TestAListenerLeaksNothing(t *testing.T) {
	run := func() {
		ln, err := fakeserver.WrapListener(listenTCP(t), fakeserver.Config{Faults: plan(
			fault.ToClient(fault.Latency{Delay: time.Millisecond}).MayNotFire(),
			fault.OnAccept(fault.Close{}).OnConn(2),
			fault.ToClient(fault.Reset{}).AfterBytes(2).OnConn(3),
		)})
		if err != nil {
			t.Fatal(err)
		}
		web := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: quietLog}
		served := make(chan error)
		go func() { served <- web.Serve(ln) }()
		for range 5 {
			client := http.Client{Transport: &http.Transport{}, Timeout: patience}
			if resp, err := client.Get("http://" + ln.Addr().String()); err == nil {
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			client.CloseIdleConnections()
		}
		web.Close()
		<-served
	}
	run()
	wantNoLeaks(t, func() {
		for range 5 {
			run()
		}
	})
}

// wantNoLeaks checks that f leaves no goroutine, no descriptor and no file of ours.
func wantNoLeaks(t *testing.T, f func()) {
	t.Helper()
	files := func() int {
		all, _ := filepath.Glob(filepath.Join(tempDir, "fw*"))
		return len(all)
	}
	goroutines, open, left := runtime.NumGoroutine(), descriptors(t), files()
	f()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		g, d, l := runtime.NumGoroutine(), descriptors(t), files()
		if g <= goroutines && d <= open && l <= left {
			return
		}
		if time.Now().After(end) {
			buf := make([]byte, 1<<20)
			t.Fatalf("left: %d goroutines, %d descriptors, %d files\n%s", g-goroutines, d-open, l-left, buf[:runtime.Stack(buf, true)])
		}
	}
}
