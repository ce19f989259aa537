package fakeserver_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A client without TLS talks to an upstream with it; ends pass as they do without.
func TestProxyWithTLSToTheUpstream(t *testing.T) {
	serverConfig, clientConfig := fakenet.TLS()
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := tls.NewListener(below, serverConfig)
	defer ln.Close()
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Proxy{
		Upstream: below.Addr().String(),
		Dial:     (&tls.Dialer{Config: clientConfig}).DialContext,
	}})
	for n, reset := range []bool{false, true} {
		accepted := make(chan net.Conn, 1)
		go func() {
			c, err := ln.Accept()
			if err == nil && c.(*tls.Conn).Handshake() == nil {
				accepted <- c
			}
			close(accepted)
		}()
		client := dial(t, srv)
		send(t, client, "question")
		upstream := <-accepted
		if upstream == nil {
			t.Fatal("the upstream has no connection")
		}
		defer upstream.Close()
		upstream.SetDeadline(time.Now().Add(patience))
		readN(t, upstream, "question")
		if reset {
			resetConn(t, client)
			readAll(t, upstream, "", errReset)
		} else {
			client.CloseWrite()
			readAll(t, upstream, "", io.EOF)
			say(t, upstream, "answer")
			upstream.Close()
			wantAll(t, client, "answer", io.EOF)
		}
		wait(t, srv, func(transcript.Transcript) bool { return ended(n + 1)(srv.Upstream()) })
		if got := string(srv.Upstream().Conn(n + 1).FromClient()); got != "question" {
			t.Errorf("the upstream's leg has %q, want what is within TLS", got)
		}
	}
}

// A conn without CloseWrite.
type plainConn struct{ net.Conn }

// Where a FIN can't pass, the answer still does, and the record says why.
func TestProxyOfAConnWithoutCloseWrite(t *testing.T) {
	client, server := net.Pipe()
	defer server.Close()
	dials := func(context.Context, string, string) (net.Conn, error) { return plainConn{client}, nil }
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Proxy{Dial: dials}})
	c := dial(t, srv)
	send(t, c, "ask")
	c.CloseWrite()
	readN(t, server, "ask")
	wait(t, srv, func(transcript.Transcript) bool { return srv.Upstream().Kind(transcript.Note).Len() > 0 })
	say(t, server, "answer")
	server.Close()
	wantAll(t, c, "answer", io.EOF)
	wait(t, srv, func(transcript.Transcript) bool { return ended(1)(srv.Upstream()) })
	wantText(t, "upstream", srv.Upstream(), "no CloseWrite")
}

// noDelayConn notes what SetNoDelay was called with.
type noDelayConn struct {
	*net.TCPConn
	set chan bool
}

func (c noDelayConn) SetNoDelay(on bool) error { c.set <- on; return c.TCPConn.SetNoDelay(on) }

// noDelayNet is a transport whose connections note that, too.
type noDelayNet struct{ set chan bool }

func (n noDelayNet) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, network, address)
	return noDelayListener{ln, n}, err
}

func (noDelayNet) ListenPacket(context.Context, string, string) (net.PacketConn, error) {
	return nil, net.UnknownNetworkError("none")
}

func (n noDelayNet) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return noDelayConn{c.(*net.TCPConn), n.set}, nil
}

type noDelayListener struct {
	net.Listener
	net noDelayNet
}

func (l noDelayListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return noDelayConn{c.(*net.TCPConn), l.net.set}, nil
}

func TestProxyNagle(t *testing.T) {
	real := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	for _, nagle := range []bool{false, true} {
		n := noDelayNet{make(chan bool, 4)}
		srv, err := fakeserver.Listen(fakeserver.Config{
			Transport: n, Addr: "127.0.0.1:0",
			Handler: fakeserver.Proxy{Upstream: real.Addr(), Dial: n.DialContext, Nagle: nagle},
		})
		if err != nil {
			t.Fatal(err)
		}
		c := dial(t, srv)
		send(t, c, "ping")
		readN(t, c, "ping")
		if want := map[bool]int{true: 2}[nagle]; len(n.set) != want {
			t.Errorf("Nagle %v: SetNoDelay was called %d times, want on %d legs", nagle, len(n.set), want)
		}
		for range len(n.set) {
			if <-n.set {
				t.Error("Nagle's algorithm was turned off")
			}
		}
		c.Close()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	}
}

// With a RecordLimit everything still passes, and both legs count it.
func TestProxyWithRecordLimit(t *testing.T) {
	real := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	for _, limit := range []int64{0, 100, -1} {
		for _, rules := range [][]fault.Rule{nil, {fault.FromClient(fault.Latency{Delay: time.Microsecond}), fault.ToClient(fault.Latency{Delay: time.Microsecond})}} {
			srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Proxy{Upstream: real.Addr()}, RecordLimit: limit, Faults: plan(rules...)})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Repeat("0123456789abcdef", 1<<16)
			c := dial(t, srv)
			go func() { io.WriteString(c, text); c.CloseWrite() }()
			wantAll(t, c, text, io.EOF)
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
			for leg, tr := range map[string]transcript.Transcript{"client": srv.Transcript(), "upstream": srv.Upstream()} {
				for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
					var sum int64
					for e := range tr.Kind(transcript.Data).All() {
						if e.Direction == d {
							sum += e.Size()
						}
					}
					if sum != int64(len(text)) {
						t.Errorf("limit %d, %d rules: the %s leg counts %d bytes %v, want %d", limit, len(rules), leg, sum, d, len(text))
					}
				}
			}
		}
	}
}

// Rules come and go while traffic flows.
func TestProxyWithSetFaults(t *testing.T) {
	for _, network := range proxied {
		onProxy(t, network, fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
			say(s, s.client, "a")
			readN(s, s.upstream, "a")
			if err := s.srv.SetFaults(plan(fault.FromClient(fault.Replace{Old: "b", New: "c"}).Named("r"))); err != nil {
				s.Fatalf("%v", err)
			}
			say(s, s.client, "b")
			readN(s, s.upstream, "c")
			if err := s.srv.SetFaults(plan(fault.ToClient(fault.Close{}).AfterBytes(2))); err != nil {
				s.Fatalf("%v", err)
			}
			say(s, s.client, "b")
			readN(s, s.upstream, "b")
			say(s, s.upstream, "wxyz")
			readAll(s, s.client, "wx", io.EOF)
			s.client.Close()
			readAll(s, s.upstream, "", io.EOF)
		})
	}
}
