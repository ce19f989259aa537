package fakeserver_test

import (
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

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

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
	if _, err := net.Dial("tcp", ln.Address()); err == nil {
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

func TestListenerWhoseLowerOneIsClosed(t *testing.T) {
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

func TestListenerHandsOnAnErrorOfTheLowerOne(t *testing.T) {
	ln := fakeserver.StartListener(t, &failing{Listener: listenTCP(t), times: 2}, fakeserver.Config{})
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
			dial(t, ln)
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
	d := dial(t, ln)
	cd := acceptConn(t, ln)
	if err := ln.CloseClientConns(transcript.ByClose); err != nil {
		t.Fatal(err)
	}
	wantAll(t, d, "", io.EOF)
	wantEnding(t, ln.Transcript(), 3, transcript.ByClose, transcript.ByFIN)
	for _, c := range []*fakeserver.Conn{ca, cb, cd} {
		if err := c.Close(); err != nil {
			t.Errorf("conn %d: the owner's first Close = %v", c.Number(), err)
		}
	}
	wantError(t, "CloseClientConns", ln.CloseClientConns(transcript.StillOpen), nil, "ByFIN, ByClose or ByRST")
}

// At the end of a test its cleanup stops everything, and says what it has to say.
func TestStartListenerFailsItsTest(t *testing.T) {
	tb := &fakeTB{name: "TestX"}
	ln := fakeserver.StartListener(tb, listenTCP(t), fakeserver.Config{Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(7))})
	dial(t, ln)
	acceptConn(t, ln)
	tb.end()
	if len(tb.errs) != 1 || !strings.HasPrefix(tb.errs[0], "listener_close_test.go:") || !strings.Contains(tb.errs[0], "reset.ToClient.1") {
		t.Errorf("the test says %q", tb.errs)
	}
}

// Nothing is left once the connections and the listener are closed.
func TestListenerLeaksNothing(t *testing.T) {
	run := func() {
		ln, err := fakeserver.WrapListener(listenTCP(t), fakeserver.Config{Faults: plan(
			fault.ToClient(fault.Latency{Delay: time.Millisecond}).NeedNotFire(),
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

// wantNoLeaks checks that f leaves no file of ours, and up to the test's end no goroutine and no
// descriptor.
func wantNoLeaks(t *testing.T, f func()) {
	t.Helper()
	files := func() int {
		all, _ := filepath.Glob(filepath.Join(tempDir, "fw*"))
		return len(all)
	}
	nettest.NoLeaks(t)
	before := files()
	f()
	for end := time.Now().Add(patience); files() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d files became %d", before, files())
		}
	}
}
