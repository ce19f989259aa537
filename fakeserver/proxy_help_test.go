package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// sides are a client and an upstream with a proxy between them.
type sides struct {
	fakeserver.TB
	srv              *fakeserver.Server
	client, upstream net.Conn
	again            func() (client, upstream net.Conn) // another connection
}

// proxied are the networks on which proxies are tested. In memory it is in a bubble.
var proxied = []string{"tcp", "unix", "memory"}

// onProxy runs f with a proxy between two sides on a network. It closes all of it.
func onProxy(t *testing.T, network string, p fakeserver.Proxy, faults fault.Plan, f func(s sides)) {
	t.Helper()
	if network == "memory" {
		fakenet.Bubble(t, func(tb fakeserver.TB) {
			n := new(fakenet.Network)
			p.Dial = n.DialContext
			withProxy(tb, n.Listen, n.DialContext, "tcp", "127.0.0.1:0", n, p, faults, f)
		})
		return
	}
	addr := "127.0.0.1:0"
	if network == "unix" {
		dir, err := os.MkdirTemp("", "up")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		addr = filepath.Join(dir, "s")
	}
	withProxy(t, new(net.ListenConfig).Listen, new(net.Dialer).DialContext, network, addr, nil, p, faults, f)
}

type (
	listens = func(ctx context.Context, network, address string) (net.Listener, error)
	dials   = func(ctx context.Context, network, address string) (net.Conn, error)
)

func withProxy(tb fakeserver.TB, listen listens, dial dials, network, addr string, on fakeserver.Transport, p fakeserver.Proxy, faults fault.Plan, f func(s sides)) {
	tb.Helper()
	ctx := context.Background()
	ln, err := listen(ctx, network, addr)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	defer ln.Close()
	p.Upstream = ln.Addr().String()
	srv, err := fakeserver.Listen(fakeserver.Config{Network: network, Transport: on, Handler: p, Faults: faults, Name: "proxy"})
	if err != nil {
		tb.Fatalf("%v", err)
	}
	var all []net.Conn
	again := func() (client, upstream net.Conn) {
		if client, err = dial(ctx, network, srv.Addr()); err != nil {
			tb.Fatalf("%v", err)
		}
		if upstream, err = ln.Accept(); err != nil {
			tb.Fatalf("%v", err)
		}
		for _, c := range []net.Conn{client, upstream} {
			c.SetDeadline(time.Now().Add(patience))
			all = append(all, c)
		}
		return client, upstream
	}
	client, upstream := again()
	f(sides{tb, srv, client, upstream, again})
	for _, c := range all {
		c.Close()
	}
	if err := srv.Close(); err != nil {
		tb.Errorf("%v", err)
	}
}

// resetConn ends a connection with an RST.
func resetConn(tb fakeserver.TB, c net.Conn) {
	tb.Helper()
	if err := c.(interface{ SetLinger(int) error }).SetLinger(0); err != nil {
		tb.Fatalf("%v", err)
	}
	c.Close()
}

// halfClose sends a FIN.
func halfClose(tb fakeserver.TB, c net.Conn) {
	tb.Helper()
	if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		tb.Fatalf("%v", err)
	}
}

// fill writes until nothing more is taken, three times in a row: once may be a machine that stands still. It returns how much
// was.
func fill(tb fakeserver.TB, c net.Conn) (sum int) {
	tb.Helper()
	p := make([]byte, 64<<10)
	for i := range p {
		p[i] = byte(i % 251)
	}
	for inVain := 0; inVain < 3 && sum < 1<<30; {
		c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := c.Write(p)
		if sum += n; n > 0 {
			inVain = 0
		}
		if err != nil {
			inVain++
		}
	}
	c.SetWriteDeadline(time.Now().Add(patience))
	return sum
}

// awaitUpstream waits for something to be in the record of the upstream leg.
func (s sides) awaitUpstream(what string, cond func(transcript.Transcript) bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.srv.Wait(ctx, func(transcript.Transcript) bool { return cond(s.srv.Upstream()) }); err != nil {
		s.Errorf("waiting for %s: %v\n%v", what, err, s.srv.Upstream())
	}
}

// wantLegs checks what both legs have of the first connection when both have ended.
func (s sides) wantLegs(fromClient, toClient string) {
	s.Helper()
	s.wantLeg("client", s.srv.Transcript(), fromClient, toClient)
	s.awaitUpstream("the end of the upstream leg", ended(1))
	s.wantLeg("upstream", s.srv.Upstream(), fromClient, toClient)
}

// wantLeg checks what a leg has of the first connection.
func (s sides) wantLeg(leg string, t transcript.Transcript, fromClient, toClient string) {
	s.Helper()
	if c := t.Conn(1); string(c.FromClient()) != fromClient || string(c.ToClient()) != toClient {
		s.Errorf("%s leg: FromClient %s, ToClient %s; want %q, %q\n%v", leg,
			brief(c.FromClient()), brief(c.ToClient()), fromClient, toClient, t)
	}
}

func sendCut(tb fakeserver.TB, c io.Writer, text string, pieces []int) {
	tb.Helper()
	if _, err := writeCut(c, []byte(text), pieces); err != nil {
		tb.Fatalf("%v", err)
	}
}

func say(tb fakeserver.TB, c io.Writer, text string) {
	tb.Helper()
	if n, err := io.WriteString(c, text); err != nil {
		tb.Fatalf("Write(%q) = %d, %v", text, n, err)
	}
}

func readAll(tb fakeserver.TB, c io.Reader, want string, end error) {
	tb.Helper()
	got, err := io.ReadAll(c)
	if err == nil {
		err = io.EOF
	}
	if string(got) != want || !isErr(err, end) {
		tb.Errorf("read %s, then %v; want %q, then %v", brief(got), err, want, end)
	}
}

// readN reads as much as is wanted.
func readN(tb fakeserver.TB, c io.Reader, want string) {
	tb.Helper()
	p := make([]byte, len(want))
	if n, err := io.ReadFull(c, p); err != nil || string(p) != want {
		tb.Fatalf("read %q, %v; want %q", p[:n], err, want)
	}
}

func isErr(err, want error) bool { return errors.Is(err, want) }

// awaitArrived waits until n bytes lie unread in a socket.
func awaitArrived(tb fakeserver.TB, c net.Conn, n int) {
	tb.Helper()
	for range int(patience / time.Millisecond) {
		if got, err := socket.Unread(c); err != nil || got >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	tb.Errorf("%d bytes did not arrive", n)
}
