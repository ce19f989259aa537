package fakeserver_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// serveEchoes is a real server, which has one Accept after the other and knows of no outage.
func serveEchoes(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			io.Copy(c, c)
		}()
	}
}

// A downing is a Listener in front of a real server, on one of the networks.
type downing struct {
	*testing.T
	*fakeserver.Listener
	dial func() (net.Conn, error)
}

func onEachNetwork(t *testing.T, body func(d downing)) {
	kernel := func(network, addr string) func(t *testing.T) (net.Listener, func() (net.Conn, error)) {
		return func(t *testing.T) (net.Listener, func() (net.Conn, error)) {
			if network != "unix" && runtime.GOOS != "linux" {
				t.Skip("there are no guards")
			}
			ln, err := net.Listen(network, addr)
			if err != nil {
				t.Skip(err) // no IPv6
			}
			return ln, func() (net.Conn, error) { return net.Dial(ln.Addr().Network(), ln.Addr().String()) }
		}
	}
	for name, listen := range map[string]func(t *testing.T) (net.Listener, func() (net.Conn, error)){
		"tcp": kernel("tcp", "127.0.0.1:0"), "all addresses": kernel("tcp", ":0"), "all of IPv4": kernel("tcp4", ":0"),
		"tcp6": kernel("tcp6", "[::1]:0"), "all of IPv6": kernel("tcp6", ":0"), "unix": kernel("unix", unixPath(t)),
		"memory": func(t *testing.T) (net.Listener, func() (net.Conn, error)) {
			network := new(fakenet.Network)
			ln, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			return ln, func() (net.Conn, error) { return network.DialContext(context.Background(), "tcp", ln.Addr().String()) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // where dials are ignored, a SYN is sent again after a second
			below, dial := listen(t)
			ln := fakeserver.StartListener(t, below, fakeserver.Config{})
			go serveEchoes(ln)
			body(downing{t, ln, dial})
		})
	}
}

func (d downing) wantEcho() net.Conn {
	d.Helper()
	c, err := d.dial()
	if err != nil {
		d.Fatalf("Dial: %v\n%v", err, d.Transcript())
	}
	d.Cleanup(func() { c.Close() })
	send(d, c, "hi")
	wantRead(d, c, "hi")
	return c
}

func (d downing) wantRefused() {
	d.Helper()
	_, err := d.dial()
	wantError(d, "Dial", err, syscall.ECONNREFUSED)
}

func TestListenerDownAndUpBelowARealServer(t *testing.T) {
	onEachNetwork(t, func(d downing) {
		open := d.wantEcho()
		for range 5 {
			wantNil(d, "Down", d.Down())
			wantNil(d, "Down again", d.Down())
			d.wantRefused()
			send(d, open, "still open")
			wantRead(d, open, "still open")
			wantNil(d, "Up", d.Up())
			wantNil(d, "Up again", d.Up())
			d.wantEcho()
		}
	})
}

func TestListenerRestart(t *testing.T) {
	onEachNetwork(t, func(d downing) {
		c := d.wantEcho()
		wantNil(d, "Restart", d.Restart(0, fault.Forever))
		wantAll(d, c, "", io.EOF)
		d.wantRefused()
		wantNil(d, "Up", d.Up())
		c = d.wantEcho()
		wantNil(d, "Restart", d.Restart(transcript.ByFIN, 0))
		wantAll(d, c, "", io.EOF)
		d.wantEcho()
	})
}

func TestListenerCloseWhileDown(t *testing.T) {
	onEachNetwork(t, func(d downing) {
		d.wantEcho()
		wantNil(d, "Down", d.Down())
		wantNil(d, "Close", d.Close())
		wantError(d, "Up", d.Up(), net.ErrClosed)
		wantError(d, "Down", d.Down(), net.ErrClosed)
		wantError(d, "Restart", d.Restart(0, 0), net.ErrClosed)
		_, err := d.Accept()
		wantError(d, "Accept", err, net.ErrClosed)
		wantNil(d, "Stop", d.Stop())
	})
}

// No stranger gets the port while the listener is down, also if it has connections that were
// accepted before there was a guard.
func TestListenerDownKeepsThePort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no guards")
	}
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := fakeserver.StartListener(t, below, fakeserver.Config{})
	go serveEchoes(ln)
	d := downing{t, ln, func() (net.Conn, error) { return net.Dial("tcp", below.Addr().String()) }}
	defer strangers(t, "tcp", below.Addr().String())()
	for range repeats(t, 40) {
		d.wantEcho().Close()
		wantNil(d, "Down", d.Down())
		d.wantRefused()
		wantNil(d, "Up", d.Up())
	}
}

// What waits in the backlog is accepted, and the owner gets it whenever it accepts.
func TestListenerDownAcceptsWhatWaits(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ln := fakeserver.StartListener(tb, below, fakeserver.Config{})
		for range 5 {
			defer mustDialIn(t, network, below.Addr().String()).Close()
		}
		wantNil(t, "Down", ln.Down())
		if n := ln.Transcript().Conns(); n != 5 {
			t.Errorf("%d connections are in the record, want all 5 that waited", n)
		}
		for range 5 {
			c, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
	})
}

// Rules take a Listener down, too, for exactly as long as they say.
func TestListenerOutageByRule(t *testing.T) {
	for _, f := range []fault.Fault{fault.Down{For: time.Minute}, fault.Restart{How: transcript.ByRST, For: time.Minute}} {
		fakenet.Bubble(t, func(tb fakeserver.TB) {
			network := new(fakenet.Network)
			below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ln := fakeserver.StartListener(tb, below, fakeserver.Config{Faults: plan(fault.ToClient(f).AfterBytes(2).OnConn(1))})
			go serveEchoes(ln)
			c := mustDialIn(t, network, below.Addr().String())
			defer c.Close()
			send(t, c, "hi")
			wantRead(t, c, "hi")
			_, err = network.DialContext(context.Background(), "tcp", below.Addr().String())
			wantError(t, "Dial at once", err, syscall.ECONNREFUSED)
			time.Sleep(time.Minute - 1)
			_, err = network.DialContext(context.Background(), "tcp", below.Addr().String())
			wantError(t, "Dial just before it is over", err, syscall.ECONNREFUSED)
			time.Sleep(2 * time.Nanosecond)
			mustDialIn(t, network, below.Addr().String()).Close()
		})
	}
}

func TestListenerDownOfWhatCanNotBeOpenedAgain(t *testing.T) {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := fakeserver.StartListener(t, tls.NewListener(below, &tls.Config{}), fakeserver.Config{})
	for call, err := range map[string]error{"Down": ln.Down(), "Restart": ln.Restart(0, 0)} {
		wantError(t, call, err, errors.ErrUnsupported, "*net.TCPListener")
	}
	wantNil(t, "Up", ln.Up())
	wantError(t, "SetFaults", ln.SetFaults(plan(fault.ToClient(fault.Down{For: 1}))), errors.ErrUnsupported, "down.ToClient.1")
	_, err = fakeserver.WrapListener(tls.NewListener(below, &tls.Config{}), fakeserver.Config{Faults: plan(fault.ToClient(fault.Restart{}))})
	wantError(t, "WrapListener", err, errors.ErrUnsupported, "restart.ToClient.1")
}

// http.Serve is called once, and serves again after each outage.
func TestListenerDownBelowHTTP(t *testing.T) {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := fakeserver.StartListener(t, below, fakeserver.Config{})
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	defer func() {
		srv.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	}()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for range 3 {
		resp, err := client.Get("http://" + below.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		wantAll(t, resp.Body, "hello", io.EOF)
		resp.Body.Close()
		wantNil(t, "Restart", ln.Restart(transcript.ByRST, fault.Forever))
		client.CloseIdleConnections() // which the client may not know to be gone yet
		_, err = client.Get("http://" + below.Addr().String())
		wantError(t, "Get", err, syscall.ECONNREFUSED)
		wantNil(t, "Up", ln.Up())
	}
}

func TestListenerIgnoresDials(t *testing.T) {
	t.Parallel()
	onEachNetwork(t, func(d downing) {
		if d.Addr().Network() == "unix" {
			wantError(d, "IgnoreDials", d.IgnoreDials(), nil)
			d.wantEcho()
			return
		}
		open := d.wantEcho()
		wantNil(d, "IgnoreDials", d.IgnoreDials())
		wantNil(d, "IgnoreDials again", d.IgnoreDials())
		dialed := make(chan error, 1)
		go func() {
			c, err := d.dial()
			if err == nil {
				c.Close()
			}
			dialed <- err
		}()
		send(d, open, "still open")
		wantRead(d, open, "still open")
		if len(dialed) > 0 {
			d.Errorf("the dial was answered: %v", <-dialed)
		}
		wantNil(d, "Up", d.Up())
		wantNil(d, "the dial that waited", <-dialed)
		d.wantEcho()

		wantNil(d, "IgnoreDials", d.IgnoreDials())
		wantNil(d, "Down", d.Down())
		wantError(d, "IgnoreDials while down", d.IgnoreDials(), nil, "call Up first")
		d.wantRefused()
		wantNil(d, "Up", d.Up())
		d.wantEcho()
		wantNil(d, "IgnoreDials", d.IgnoreDials()) // and the test's end
	})
}
