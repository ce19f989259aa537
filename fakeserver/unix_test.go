package fakeserver_test

import (
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

func dialUnix(t testing.TB, srv fakeserver.Wire) *net.UnixConn {
	t.Helper()
	c, err := net.Dial("unix", srv.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.UnixConn)
}

// dialUnixgram returns a client with a name, so that it can be answered.
func dialUnixgram(t testing.TB, srv fakeserver.Wire) *net.UnixConn {
	t.Helper()
	here := &net.UnixAddr{Name: unixPath(t), Net: "unixgram"}
	c, err := net.DialUnix("unixgram", here, &net.UnixAddr{Name: srv.Address(), Net: "unixgram"})
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
func TestUnixEndIsAnEnd(t *testing.T) {
	srv := startUnix(t, fakeserver.Reply{Data: "bye", Max: 1})
	for n := 1; n <= 100; n++ {
		c := dialUnix(t, srv)
		send(t, c, strings.Repeat("x", 10_000)) // most of which the handler never reads
		wantAll(t, c, "bye", io.EOF)
		send(t, c, "more")
		c.Close()
		wait(t, srv, ended(n))
		wantEnding(t, srv.Transcript(), n, transcript.ByFIN, transcript.ByFIN)
		if got := len(srv.Transcript().Conn(n).Canonical()[0].Data); got != 10_004 {
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

func TestUnixAddressesThatAreAbstract(t *testing.T) {
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

func TestUnixConfigsThatAreBad(t *testing.T) {
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
