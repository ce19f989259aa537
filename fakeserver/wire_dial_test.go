package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A network is what servers and sockets are on.
type network interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}

// wiresOn starts one of each kind on a network, with an echo; nil is the kernel's.
func wiresOn(t *testing.T, tr fakeserver.Transport) map[string]fakeserver.Wire {
	t.Helper()
	var n network = &net.ListenConfig{}
	if tr != nil {
		n = tr
	}
	below, err := n.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := fakeserver.StartListener(t, below, fakeserver.Config{})
	go func() {
		for c, err := ln.Accept(); err == nil; c, err = ln.Accept() {
			go io.Copy(c, c)
		}
	}()
	packets, err := n.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc := fakeserver.StartPacketConn(t, packets, fakeserver.PacketConfig{})
	go func() {
		p := make([]byte, 100)
		for n, from, err := pc.ReadFrom(p); err == nil; n, from, err = pc.ReadFrom(p) {
			pc.WriteTo(p[:n], from)
		}
	}()
	return map[string]fakeserver.Wire{
		"Server":       fakeserver.Start(t, fakeserver.Config{Transport: tr, Handler: fakeserver.Echo{}}),
		"PacketServer": fakeserver.StartPacket(t, fakeserver.PacketConfig{Transport: tr, Handler: fakeserver.PacketEcho{}}),
		"Listener":     ln,
		"PacketConn":   pc,
	}
}

// wantEcho checks that c is a client of an echo.
func wantEcho(t *testing.T, c net.Conn, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	send(t, c, "ping")
	wantRead(t, c, "ping")
}

// What Dial returns is a client like any other, on whatever network the server is.
func TestDial(t *testing.T) {
	for on, tr := range map[string]fakeserver.Transport{"kernel": nil, "memory": new(nettest.Network), "host": new(nettest.Network).Host("server")} {
		for name, w := range wiresOn(t, tr) {
			t.Run(name+" on "+on, func(t *testing.T) {
				c, err := w.Dial(t.Context())
				wantEcho(t, c, err)
				known, other := "tcp", "udp"
				if w.Transcript().Header().Network == "udp" {
					known, other = other, known
				}
				c, err = w.DialContext(t.Context(), known+"4", "example.com:80")
				wantEcho(t, c, err)
				if tr := w.Transcript(); tr.Conns() != 2 || !strings.Contains(tr.Conn(2).String(), `"ping"`) {
					t.Errorf("of two clients the record has\n%v", tr)
				}
				c, err = w.DialContext(t.Context(), other, w.Address())
				if _, ok := errors.AsType[net.UnknownNetworkError](err); !ok || c != nil {
					t.Errorf("dialing %s = %v, %v; want a net.UnknownNetworkError", other, c, err)
				}
				w.Stop()
				_, err = w.Dial(t.Context())
				wantError(t, "Dial after Stop", err, syscall.ECONNREFUSED, "dial", "TestDial")
				wantError(t, "Dial after Stop", err, net.ErrClosed)
			})
		}
	}
}

// A Listener's Close leaves its connections alone, and its address to whatever comes next.
func TestDialOfAListenerThatIsClosed(t *testing.T) {
	n := new(nettest.Network)
	ln := wiresOn(t, n)["Listener"].(*fakeserver.Listener)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := n.Listen(t.Context(), "tcp", ln.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	c, err := ln.Dial(t.Context())
	wantError(t, "Dial after Close", err, syscall.ECONNREFUSED, "dial", "TestDial")
	wantError(t, "Dial after Close", err, net.ErrClosed)
	if c != nil {
		t.Errorf("it is connected to %v", c.RemoteAddr())
	}
}

// Unix sockets are dialed as others are, and a client of a datagram's has a name and is answered.
func TestDialUnixSockets(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("names that need no file are Linux's")
	}
	srv := fakeserver.Start(t, fakeserver.Config{Network: "unix", Handler: fakeserver.Echo{}})
	c, err := srv.DialContext(t.Context(), "tcp", "example.com:80")
	wantEcho(t, c, err)
	packets := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketEcho{}})
	for range 2 {
		c, err = packets.Dial(t.Context())
		wantEcho(t, c, err)
	}
	if n := packets.Transcript().Conns(); n != 2 {
		t.Errorf("two clients are %d peers", n)
	}
}

// A server that is bound to all addresses is dialed at one that it has, and one that is down refuses.
func TestDialIsToWhereClientsDial(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "127.0.0.1:0"} {
		srv := fakeserver.Start(t, fakeserver.Config{Addr: addr, Handler: fakeserver.Echo{}})
		c, err := srv.Dial(t.Context())
		wantEcho(t, c, err)
		if err := srv.Down(); errors.Is(err, errors.ErrUnsupported) {
			continue
		}
		_, err = srv.Dial(t.Context())
		wantError(t, "Dial of a server that is down", err, syscall.ECONNREFUSED)
		if _, ok := err.(*net.OpError); !ok {
			t.Errorf("the error is a %T, want a *net.OpError, as of a net.Dialer", err)
		}
	}
}

func TestDialHeedsItsContext(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Transport: new(nettest.Network)})
	if err := srv.IgnoreDials(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := srv.Dial(ctx)
	wantError(t, "Dial", err, context.DeadlineExceeded)
}

// A bareTransport has no more than a Transport must have.
type bareTransport struct{ network }

// What nothing can dial says so, and names what lacks the method.
func TestDialOfWhatCannotBeDialed(t *testing.T) {
	n := new(nettest.Network)
	for name, w := range wiresOn(t, bareTransport{n}) {
		_, err := w.Dial(t.Context())
		if name == "Server" || name == "PacketServer" {
			wantError(t, name, err, errors.ErrUnsupported, "bareTransport has no DialContext")
		} else if err != nil {
			t.Errorf("%s: %v; its socket has a method of its own", name, err)
		}
	}
	ln, err := n.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := fakeserver.StartListener(t, struct{ net.Listener }{ln}, fakeserver.Config{})
	_, err = w.Dial(t.Context())
	wantError(t, "a listener without the method", err, errors.ErrUnsupported, "has no DialContext")
}

// A client whose dialer is the server's gets it under any name, with the rules of its number.
func TestDialContextOfAnHTTPClient(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{
		Handler: fakeserver.Reply{Data: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
		Faults:  plan(fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3)),
	})
	client := http.Client{Transport: &http.Transport{DialContext: srv.DialContext}}
	if _, err := client.Get("http://example.com/"); err == nil {
		t.Error("the first connection is to be reset")
	}
	resp, err := client.Get("http://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, resp.Body, "hello", io.EOF)
	resp.Body.Close()
	wait(t, srv, ended(2))
	if tr := srv.Transcript(); tr.Conns() != 2 || tr.Conn(1).Ending(transcript.ToClient) != transcript.ByRST {
		t.Errorf("want two connections, the first of them reset\n%v", tr)
	}
}
