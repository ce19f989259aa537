package script_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/script"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

func listen(t *testing.T, cfg fakeserver.Config) *fakeserver.Server {
	t.Helper()
	srv, err := fakeserver.Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return srv
}

func dial(t *testing.T, srv *fakeserver.Server) net.Conn {
	t.Helper()
	c, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(servertest.Patience))
	return c
}

func ask(t *testing.T, c net.Conn, text, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatalf("Write(%q): %v", text, err)
	}
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("%q was answered %q, %v; want %q", text, got, err, want)
	}
}

func wantVerify(t *testing.T, srv interface{ Verify() error }, words ...string) {
	t.Helper()
	err := srv.Verify()
	if err == nil {
		t.Errorf("Verify = nil, want %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("Verify does not say %q: %v", w, err)
		}
	}
}

// On a socket of the kernel's a mismatch is an RST, and on a unix socket, which has none, the end of the connection.
func TestScriptOnSockets(t *testing.T) {
	for network, address := range map[string]string{"tcp": "", "unix": filepath.Join(t.TempDir(), "s")} {
		srv := listen(t, fakeserver.Config{Network: network, Addr: address, Handler: script.Script{
			send("hello "), expectMatch(`PING (\w+)\r\n`, 64), sendExpand("PONG $1\r\n"), expectLine("QUIT"), send("bye")}})
		c := dial(t, srv)
		ask(t, c, "PING me\r\n", "hello PONG me\r\n")
		ask(t, c, "QUIT\n", "bye")
		if n, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%s: after the script, Read = %d, %v; want EOF", network, n, err)
		}
		d := dial(t, srv)
		io.WriteString(d, "PUNG\r\n")
		got, err := io.ReadAll(d)
		if string(got) != "hello " || network == "tcp" && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: a mismatch gave %q, %v", network, got, err)
		}
		servertest.Wait(t, srv, servertest.Ended(2))
		wantVerify(t, srv, `conn 2: handler returned: step 2 of 5, expect-match 64 "PING (\\w+)\\r\\n": byte 1: `)
		if strings.Contains(srv.Verify().Error(), "conn 1") {
			t.Errorf("Verify = %v", srv.Verify())
		}
	}
}

func TestScriptResets(t *testing.T) {
	s := script.Script{expect("a"), send("b"), script.Reset()}
	srv := listen(t, fakeserver.Config{Handler: s})
	c := dial(t, srv)
	ask(t, c, "a", "b")
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("Read = %v, want a reset", err)
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
	unix := listen(t, fakeserver.Config{Network: "unix", Addr: filepath.Join(t.TempDir(), "s"), Handler: s})
	ask(t, dial(t, unix), "a", "b")
	servertest.Wait(t, unix, servertest.Ended(1))
	wantVerify(t, unix, "step 3 of 3, reset: ", "unsupported")
}

func TestScriptInASequence(t *testing.T) {
	srv := listen(t, fakeserver.Config{Handler: fakeserver.Sequence{
		script.Script{expect("a"), send("first")}, script.Script{expect("a"), script.Hold("gate"), send("second")}}})
	ask(t, dial(t, srv), "a", "first")
	if err := srv.Release("gate"); err != nil {
		t.Fatal(err)
	}
	ask(t, dial(t, srv), "a", "second")
	ask(t, dial(t, srv), "a", "second")
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

func TestHoldWaitsForItsGate(t *testing.T) {
	srv := listen(t, fakeserver.Config{Handler: script.Script{expect("a"), send("1"), script.Hold("gate"), send("2")}})
	c := dial(t, srv)
	ask(t, c, "a", "1")
	ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
	defer cancel()
	if err := srv.AwaitHeld(ctx, "gate"); err != nil {
		t.Fatal(err)
	}
	if got := string(srv.Transcript().ToClient()); got != "1" {
		t.Errorf("sent %q at the gate", got)
	}
	if err := srv.Release("gate"); err != nil {
		t.Fatal(err)
	}
	ask(t, c, "", "2")
	if err := srv.Release("gtae"); err == nil || !strings.Contains(err.Error(), `"gate"`) {
		t.Errorf("Release of another gate: %v", err)
	}
}

// Time is exact where it is virtual.
func TestWaitIsExact(t *testing.T) {
	o := serve(t, script.Script{expect("a"), script.Wait(time.Hour), send("b"), script.Within(time.Minute, script.Repeat(3, script.Wait(20*time.Second)))}, says("a"))
	o.want(t, "b")
	if want := time.Hour + time.Minute; o.took != want {
		t.Errorf("it took %v, want %v", o.took, want)
	}
	o = serve(t, script.Script{script.Within(time.Minute, expect("a"), script.Within(time.Hour, expect("b")))}, client{pieces: []string{"a"}, stays: true})
	o.wantMismatch(t, `step 1.2.1 of 1, expect "b": byte 1: want "b", got nothing: not within 1m0s`)
	if o.took != time.Minute {
		t.Errorf("it took %v, want a minute", o.took)
	}
	o = serve(t, script.Script{script.Within(time.Second, expect("a")), expect("b")}, client{pieces: []string{"a"}, stays: true})
	o.wantMismatch(t, `expect "b": byte 1`, "the server was closed")
}

// Nothing of a mismatch is lost where much was expected and much came.
func TestMismatchShowsWhatIsAround(t *testing.T) {
	text := strings.Repeat("0123456789", 100)
	o := serve(t, script.Script{expect("HELO\r\n"), expect(text + "a"), expect("1"), expect("2"), expect("3"), expect("4"), expect("5")}, says("HELO\r\n"+text+"b"+text))
	o.wantMismatch(t, "byte 1006", "@982  \"678901234567890123456789a\"\n", "@982  \"678901234567890123456789b0123456789", "\" … 961 bytes more\n",
		`left: expect "1", expect "2", expect "3" and 2 more`)
	if n := len(o.err.Error()); n > 1000 {
		t.Errorf("the error has %d bytes:\n%v", n, o.err)
	}
	if lines := strings.Split(o.err.Error(), "\n"); len(lines) != 5 || !strings.HasSuffix(lines[3], strings.Repeat(" ", 10)+"^") {
		t.Errorf("the error:\n%v", o.err)
	}
}

// One failure is told once, by the test's own goroutine, at the line of Start.
func TestMismatchFailsItsTestOnce(t *testing.T) {
	var n nettest.Network
	tb := &fakeTB{TB: t}
	srv := fakeserver.Start(tb, fakeserver.Config{Transport: &n, Handler: pingPong})
	c, err := n.DialContext(t.Context(), "tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "PONG\r\n")
	io.ReadAll(c)
	if len(tb.failures) > 0 {
		t.Errorf("it failed before its end: %q", tb.failures)
	}
	tb.end()
	if len(tb.failures) != 1 || strings.Count(tb.failures[0], "handler returned: ") != 1 || !strings.HasPrefix(tb.failures[0], "conn_test.go:") && !strings.Contains(tb.failures[0], "/conn_test.go:") {
		t.Errorf("it failed with %q", tb.failures)
	}
	if end := srv.Transcript().Conn(1).Ending(transcript.ToClient); end != transcript.ByRST {
		t.Errorf("the connection ended by %v", end)
	}
}

// fakeTB is a test that may fail.
type fakeTB struct {
	fakeserver.TB
	cleanups []func()
	failures []string
}

func (f *fakeTB) Cleanup(c func())    { f.cleanups = append(f.cleanups, c) }
func (f *fakeTB) Logf(string, ...any) {}
func (f *fakeTB) Failed() bool        { return len(f.failures) > 0 }
func (f *fakeTB) Errorf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}
func (f *fakeTB) end() {
	for _, c := range f.cleanups {
		c()
	}
}
