package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// patience bounds waits that are for events: how long does not matter.
const patience = 20 * time.Second

// plan is short for a plan without a seed.
func plan(rules ...fault.Rule) fault.Plan { return fault.Plan{Rules: rules} }

// dial connects to the server, and closes at the test's end.
func dial(t testing.TB, srv interface{ Addr() string }) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

func dialUDP(t testing.TB, srv interface{ Addr() string }) *net.UDPConn {
	t.Helper()
	c, err := net.Dial("udp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.UDPConn)
}

func send(t testing.TB, c io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(c, text); err != nil {
		t.Fatalf("Write(%q) = %d, %v", text, n, err)
	}
}

// wantAll checks what can be read until the end, and that the end is as it should be.
func wantAll(t testing.TB, c io.Reader, want string, end error) {
	t.Helper()
	got, err := io.ReadAll(c)
	if err == nil {
		err = io.EOF
	}
	if string(got) != want || !errors.Is(err, end) {
		t.Errorf("read %s, then %v; want %s, then %v", brief(got), err, brief([]byte(want)), end)
	}
}

func brief(p []byte) string {
	if len(p) > 80 {
		return fmt.Sprintf("%d bytes %.40q…", len(p), p)
	}
	return fmt.Sprintf("%q", p)
}

// wantRead checks one Read.
func wantRead(t testing.TB, c io.Reader, want string) {
	t.Helper()
	p := make([]byte, len(want)+100)
	n, err := c.Read(p)
	if string(p[:n]) != want || err != nil {
		t.Errorf("Read = %q, %v; want %q, nil", p[:n], err, want)
	}
}

// wantError checks an error by errors.Is and by its words.
func wantError(t testing.TB, what string, err, is error, words ...string) {
	t.Helper()
	if err == nil || is != nil && !errors.Is(err, is) {
		t.Errorf("%s: error %v, want %v", what, err, is)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: error does not say %q: %v", what, w, err)
		}
	}
}

// waiter is a server that can be waited for.
type waiter interface {
	Wait(context.Context, func(transcript.Transcript) bool) error
}

// wait waits for something to be in the record.
func wait(t testing.TB, srv waiter, cond func(tr transcript.Transcript) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := srv.Wait(ctx, cond); err != nil {
		t.Fatal(err)
	}
}

// ended waits until both directions of connection n have ended.
func ended(n int) func(transcript.Transcript) bool {
	return func(tr transcript.Transcript) bool {
		return tr.Conn(n).Kind(transcript.Close).Len() > 0
	}
}

// wantEnding checks how connection n ended.
func wantEnding(t testing.TB, tr transcript.Transcript, n int, from, to transcript.Ending) {
	t.Helper()
	c := tr.Conn(n)
	if f, g := c.Ending(transcript.FromClient), c.Ending(transcript.ToClient); f != from || g != to {
		t.Errorf("conn %d ended: client by %v, server by %v; want %v and %v\n%v", n, f, g, from, to, c)
	}
}

// fakeTB is a test that can fail without failing this one.
type fakeTB struct {
	name     string
	mu       sync.Mutex
	failed   bool
	skipped  bool
	log      []string
	errs     []string
	fatal    string
	cleanups []func()
}

func (t *fakeTB) Helper()      {}
func (t *fakeTB) Name() string { return t.name }
func (t *fakeTB) Logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.log = append(t.log, fmt.Sprintf(format, args...))
}
func (t *fakeTB) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.errs = append(t.errs, fmt.Sprintf(format, args...))
	t.failed = true
}
func (t *fakeTB) Fatalf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fatal = fmt.Sprintf(format, args...)
	t.failed = true
}
func (t *fakeTB) Failed() bool     { t.mu.Lock(); defer t.mu.Unlock(); return t.failed }
func (t *fakeTB) Skipped() bool    { return t.skipped }
func (t *fakeTB) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// end ends the fake test.
func (t *fakeTB) end() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
	t.cleanups = nil
}

// expect is a handler that reads exactly these bytes, and nothing more.
func expect(c *fakeserver.Conn, want string) error {
	p := make([]byte, len(want))
	if n, err := io.ReadFull(c, p); err != nil || string(p) != want {
		return fmt.Errorf("read %q, %w; want %q", p[:n], err, want)
	}
	return nil
}

// descriptors counts this process's open files.
func descriptors(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd here")
	}
	return len(all)
}

// dialAny connects to a server that may reset the connection at once.
func dialAny(srv interface{ Addr() string }) (net.Conn, error) {
	c, err := net.Dial("tcp", srv.Addr())
	if err == nil {
		c.SetDeadline(time.Now().Add(patience))
	}
	return c, err
}

// buffer is a writer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) logf(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// wantGoroutines waits until there are no more goroutines than there were: one that
// has done everything still counts until the scheduler has taken it away.
func wantGoroutines(t testing.TB, before int) {
	t.Helper()
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines became %d:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
	}
}
