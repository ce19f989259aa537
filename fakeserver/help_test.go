package fakeserver_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
)

const patience = servertest.Patience

// gate is the name of the gate in plans that hold.
const gate = "gate"

// What these tests share with those in the packages below.
var (
	plan        = servertest.Plan
	wait        = servertest.Wait
	ended       = servertest.Ended
	wantEnding  = servertest.WantEnding
	wantError   = servertest.WantError
	descriptors = servertest.Descriptors
	expect      = servertest.Expect
	says        = servertest.Says
	greets      = servertest.Greets
	dialAny     = servertest.Dial
	words       = servertest.Words
	writeCut    = servertest.WriteCut
	brief       = servertest.Brief
)

// dial connects to the server, and closes at the test's end.
func dial(t testing.TB, srv fakeserver.Wire) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", srv.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

func dialUDP(t testing.TB, srv fakeserver.Wire) *net.UDPConn {
	t.Helper()
	c, err := net.Dial("udp", srv.Address())
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

// wantRead checks one Read.
func wantRead(t testing.TB, c io.Reader, want string) {
	t.Helper()
	p := make([]byte, len(want)+100)
	n, err := c.Read(p)
	if string(p[:n]) != want || err != nil {
		t.Errorf("Read = %q, %v; want %q, nil", p[:n], err, want)
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
