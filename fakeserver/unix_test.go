package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// tempDir is where sockets get their directories.
var tempDir = os.TempDir()

var quietLog = log.New(io.Discard, "", 0)

// socketPath returns a short path in a directory of its own, and what removes that.
func socketPath() (path string, remove func()) {
	dir, err := os.MkdirTemp("", "t")
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, "s"), func() { os.RemoveAll(dir) }
}

func unixPath(t testing.TB) string {
	t.Helper()
	path, remove := socketPath()
	t.Cleanup(remove)
	return path
}

func dialUnix(t testing.TB, srv interface{ Addr() string }) *net.UnixConn {
	t.Helper()
	c, err := net.Dial("unix", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.UnixConn)
}

// dialUnixgram returns a client with a name, so that it can be answered.
func dialUnixgram(t testing.TB, srv interface{ Addr() string }) *net.UnixConn {
	t.Helper()
	here := &net.UnixAddr{Name: unixPath(t), Net: "unixgram"}
	c, err := net.DialUnix("unixgram", here, &net.UnixAddr{Name: srv.Addr(), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

func startUnix(t testing.TB, h fakeserver.Handler, rules ...fault.Rule) *fakeserver.Server {
	t.Helper()
	return fakeserver.Start(t, fakeserver.Config{Network: "unix", Handler: h, Faults: plan(rules...)})
}

func wantGone(t testing.TB, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", path, err)
	}
}

func TestUnixSockets(t *testing.T) {
	srv, err := fakeserver.Listen(fakeserver.Config{Network: "unix", Handler: fakeserver.Echo{}})
	if err != nil {
		t.Fatal(err)
	}
	path := srv.Addr()
	if len(path) > 103 || !filepath.IsAbs(path) || srv.AddrPort().IsValid() {
		t.Errorf("Addr = %q, AddrPort = %v", path, srv.AddrPort())
	}
	c := dialUnix(t, srv)
	send(t, c, "hello")
	wantRead(t, c, "hello")
	c.CloseWrite()
	wantAll(t, c, "", io.EOF)
	c.Close()
	wait(t, srv, ended(1))
	wantEnding(t, srv.Transcript(), 1, transcript.ByFIN, transcript.ByFIN)
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	wantGone(t, path)
	wantGone(t, filepath.Dir(path))
}

// Closing a unix socket with unread input would give the client ECONNRESET.
func TestAUnixEndIsAnEnd(t *testing.T) {
	srv := startUnix(t, fakeserver.Reply{Data: "bye", Max: 1})
	for n := 1; n <= 100; n++ {
		c := dialUnix(t, srv)
		send(t, c, strings.Repeat("x", 10_000)) // most of which the handler never reads
		wantAll(t, c, "bye", io.EOF)
		send(t, c, "more")
		c.Close()
		wait(t, srv, ended(n))
		wantEnding(t, srv.Transcript(), n, transcript.ByFIN, transcript.ByFIN)
		if got := len(srv.Transcript().Conn(n).FromClient()); got != 10_004 {
			t.Fatalf("conn %d: %d bytes in the record, want all 10,004", n, got)
		}
	}
}

func TestUnixPathsOfOnesOwn(t *testing.T) {
	path := unixPath(t)
	cfg := fakeserver.Config{Network: "unix", Addr: path, Handler: fakeserver.Echo{}}
	srv, err := fakeserver.Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if srv.Addr() != path {
		t.Errorf("Addr = %q, want %q", srv.Addr(), path)
	}
	_, err = fakeserver.Listen(cfg)
	wantError(t, "a path in use", err, syscall.EADDRINUSE, path)
	dialUnix(t, srv) // which the second server has not taken away
	srv.Close()
	wantGone(t, path)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		t.Errorf("the directory is gone, too: %v", err)
	}
}

func TestAbstractUnixAddresses(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are none here")
	}
	addr := fmt.Sprintf("@fakewire-%d", os.Getpid())
	srv := fakeserver.Start(t, fakeserver.Config{Network: "unix", Addr: addr, Handler: fakeserver.Echo{}})
	c := dialUnix(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hi")
	wantError(t, "Down", srv.Down(), errors.ErrUnsupported, addr)
	_, err := fakeserver.Listen(fakeserver.Config{Network: "unix", Addr: addr + "2", StartDown: true})
	wantError(t, "StartDown", err, errors.ErrUnsupported, "StartDown")
}

func TestBadUnixConfigs(t *testing.T) {
	before := tempFiles(t)
	for _, tt := range []struct {
		why   string
		cfg   fakeserver.Config
		is    error
		words []string
	}{
		{"a reset", fakeserver.Config{Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(3))}, fault.ErrPlan, []string{"rule 1 (reset.ToClient.1)", "no RST"}},
		{"a named reset", fakeserver.Config{Faults: plan(fault.ToClient(fault.Slice{Size: 1}), fault.FromClient(fault.Reset{}).Named("boom"))}, fault.ErrPlan, []string{"rule 2 (boom)"}},
		{"a reset on accept", fakeserver.Config{Faults: plan(fault.OnAccept(fault.Reset{}))}, fault.ErrPlan, []string{"reset.OnAccept.1"}},
		{"a buffer", fakeserver.Config{ReceiveBuffer: 4096}, errors.ErrUnsupported, []string{"ReceiveBuffer"}},
		{"a long path", fakeserver.Config{Addr: "/tmp/" + strings.Repeat("x", 120)}, syscall.EINVAL, []string{"107 bytes", "125"}},
		{"no directory", fakeserver.Config{Addr: "/nonexistent/s"}, fs.ErrNotExist, []string{"/nonexistent/s"}},
		{"a seqpacket socket", fakeserver.Config{Network: "unixpacket"}, fakeserver.ErrConfig, []string{"unixpacket", "unix"}},
		{"a datagram socket", fakeserver.Config{Network: "unixgram"}, fakeserver.ErrConfig, []string{"unixgram"}},
	} {
		if tt.cfg.Network == "" {
			tt.cfg.Network = "unix"
		}
		_, err := fakeserver.Listen(tt.cfg)
		wantError(t, tt.why, err, tt.is, tt.words...)
	}
	_, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unix"})
	wantError(t, "a stream socket for datagrams", err, fakeserver.ErrConfig, "unixgram")
	_, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unixgram", ReceiveBuffer: 1})
	wantError(t, "a buffer for datagrams", err, errors.ErrUnsupported, "ReceiveBuffer")
	if after := tempFiles(t); after > before {
		t.Errorf("%d directories were left", after-before)
	}
}

func tempFiles(t testing.TB) int {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(tempDir, "fw*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestSetFaultsRefusesAResetOnAUnixSocket(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{})
	wantError(t, "SetFaults", srv.SetFaults(plan(fault.ToClient(fault.Reset{}).Named("late"))), fault.ErrPlan, "rule 1 (late)")
	ln, err := net.Listen("unix", unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, err = fakeserver.WrapListener(ln, fakeserver.Config{Faults: plan(fault.OnAccept(fault.Reset{}))})
	wantError(t, "WrapListener", err, fault.ErrPlan, "reset.OnAccept.1")
}

func TestWhatUnixSocketsDoInsteadOfAReset(t *testing.T) {
	conns := make(chan *fakeserver.Conn, 1)
	srv, err := fakeserver.Listen(fakeserver.Config{Network: "unix", Handler: fakeserver.Sequence{
		fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
			conns <- c
			<-ctx.Done()
			return nil
		}),
		fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error { return errors.New("broken") }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	a := dialUnix(t, srv)
	c := <-conns
	wantError(t, "CloseClientConns", srv.CloseClientConns(transcript.ByRST), errors.ErrUnsupported)
	wantError(t, "Reset", c.Reset(), errors.ErrUnsupported)
	send(t, c, "still open")
	wantRead(t, a, "still open")

	b := dialUnix(t, srv)
	wantAll(t, b, "", io.EOF)
	wait(t, srv, ended(2))
	tr := srv.Transcript().Conn(2)
	if !strings.Contains(tr.String(), "no RST") || tr.Ending(transcript.ToClient) != transcript.ByClose {
		t.Errorf("the record does not say how it ended:\n%v", tr)
	}
	wantError(t, "Verify", srv.Verify(), nil, "conn 2", "broken")
	if err := srv.CloseClientConns(transcript.ByFIN); err != nil {
		t.Error(err)
	}
	wantAll(t, a, "", io.EOF)
}

func TestDownAndUpOfAUnixSocket(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{})
	open := dialUnix(t, srv)
	for range 50 {
		if err := srv.Down(); err != nil {
			t.Fatal(err)
		}
		_, err := net.Dial("unix", srv.Addr())
		wantError(t, "a dial while down", err, syscall.ECONNREFUSED)
		if err := srv.Up(); err != nil {
			t.Fatal(err)
		}
		c := dialUnix(t, srv)
		send(t, c, "up")
		wantRead(t, c, "up")
		c.Close()
	}
	send(t, open, "open all the time")
	wantRead(t, open, "open all the time")

	late := fakeserver.Start(t, fakeserver.Config{Network: "unix", StartDown: true, Handler: fakeserver.Echo{}})
	_, err := net.Dial("unix", late.Addr())
	wantError(t, "a dial before the first Up", err, syscall.ECONNREFUSED)
	if err := late.Up(); err != nil {
		t.Fatal(err)
	}
	dialUnix(t, late)
}

// What waits to be accepted is accepted and recorded, not torn down.
func TestDownTakesTheBacklogOfAUnixSocket(t *testing.T) {
	for range 50 {
		srv := startUnix(t, fakeserver.Echo{})
		var clients []*net.UnixConn
		for range 10 {
			c := dialUnix(t, srv)
			send(t, c, "hi")
			clients = append(clients, c)
		}
		if err := srv.Down(); err != nil {
			t.Fatal(err)
		}
		for _, c := range clients {
			wantRead(t, c, "hi")
		}
	}
}

// A file that somebody put in our place while we were down is theirs.
func TestUpDoesNotTakeASocketAway(t *testing.T) {
	path := unixPath(t)
	srv := fakeserver.Start(t, fakeserver.Config{Network: "unix", Addr: path, Handler: fakeserver.Echo{}})
	if err := srv.Down(); err != nil {
		t.Fatal(err)
	}
	os.Remove(path)
	stranger, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	wantError(t, "Up", srv.Up(), syscall.EADDRINUSE)
	dialUnix(t, srv) // the stranger
	srv.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("Close has removed the stranger's socket: %v", err)
	}
}

func TestFaultsOnUnixSockets(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{},
		fault.FromClient(fault.Replace{Old: "ping", New: "PING"}).OnConn(1),
		fault.ToClient(fault.Latency{Delay: 20 * time.Millisecond}).OnConn(1),
		fault.ToClient(fault.Close{}).AfterBytes(3).OnConn(2),
		fault.FromClient(fault.HalfClose{}).AfterBytes(2).OnConn(3),
	)
	c := dialUnix(t, srv)
	began := time.Now()
	send(t, c, "ping")
	wantRead(t, c, "PING")
	if d := time.Since(began); d < 20*time.Millisecond {
		t.Errorf("the answer came after %v", d)
	}
	for i, want := range []string{"hel", "he"} {
		c := dialUnix(t, srv)
		send(t, c, "hello")
		wantAll(t, c, want, io.EOF)
		c.Close()
		wait(t, srv, ended(i+2))
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

// No Read of the client's crosses a boundary, under load either, and the record says
// that this was made sure of.
func TestSliceIsExactOnUnixSockets(t *testing.T) {
	for busy, pieces := range map[int]int{0: 5000, 3: 50} {
		t.Run(fmt.Sprintf("%d busy", busy), func(t *testing.T) {
			defer keepBusy(busy)()
			wantPieces(t, pieces)
		})
	}
}

func wantPieces(t *testing.T, pieces int) {
	text := strings.Repeat("0123456789", pieces)
	srv := startUnix(t, fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		_, err := io.WriteString(c, text)
		return err
	}), fault.ToClient(fault.Slice{Size: 10}))
	c := dialUnix(t, srv)
	c.SetDeadline(time.Now().Add(10 * patience))
	p := make([]byte, 4096)
	for i := range pieces {
		if n, err := c.Read(p); n != 10 || err != nil {
			t.Fatalf("read %d is of %d bytes, %v; want 10", i+1, n, err)
		}
	}
	wantAll(t, c, "", io.EOF)
	confirmed := 0
	for _, e := range srv.Transcript().Faults() {
		if e.Text == "boundary confirmed" {
			confirmed++
		}
	}
	if runtime.GOOS == "linux" && confirmed != pieces-1 {
		t.Errorf("%d of %d boundaries are confirmed", confirmed, pieces-1)
	}
}

// A client that leaves without reading has not confirmed anything.
func TestABoundaryToAClientThatLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("boundaries are never confirmed here")
	}
	srv := startUnix(t, fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		_, err := io.WriteString(c, "abcdef")
		c.Read(make([]byte, 1))
		return err
	}), fault.ToClient(fault.Slice{Sizes: []int64{3, 3}}))
	c := dialUnix(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.ToClient()) == 3 })
	c.Close()
	wait(t, srv, ended(1))
	if text := srv.Transcript().Dump(); strings.Contains(text, "boundary confirmed") {
		t.Errorf("a client that read nothing has confirmed a boundary:\n%s", text)
	}
}

// keepBusy lets goroutines spin, for half a minute at most.
func keepBusy(n int) (stop func()) {
	var wg sync.WaitGroup
	done, end := make(chan struct{}), time.Now().Add(30*time.Second)
	for range n {
		wg.Go(func() {
			for time.Now().Before(end) {
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	return func() { close(done); wg.Wait() }
}

func TestUnixSocketsLeakNothing(t *testing.T) {
	run := func() {
		srv, err := fakeserver.Listen(fakeserver.Config{Network: "unix", Handler: fakeserver.Echo{}, Faults: plan(fault.ToClient(fault.Slice{Size: 1}))})
		if err != nil {
			t.Fatal(err)
		}
		gram, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("unix", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		send(t, c, "hi")
		io.ReadFull(c, make([]byte, 2))
		srv.Down()
		srv.Up()
		gram.Down()
		srv.Close()
		gram.Close()
		c.Close()
	}
	run()
	wantNoLeaks(t, func() {
		for range 5 {
			run()
		}
	})
}
