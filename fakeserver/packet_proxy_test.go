package fakeserver_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A packetProxied is a proxy of datagrams between clients and an upstream, which is a server of the test's own.
type packetProxied struct {
	fakeserver.TB
	srv, upstream *fakeserver.PacketServer
}

func (s packetProxied) dial() net.Conn {
	s.Helper()
	c, err := s.srv.Dial(context.Background())
	if err != nil {
		s.Fatalf("%v", err)
	}
	s.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// await waits for something in the records of both legs.
func (s packetProxied) await(what string, cond func(client, upstream transcript.Transcript) bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.srv.Wait(ctx, func(tr transcript.Transcript) bool { return cond(tr, s.srv.Upstream()) }); err != nil {
		s.Fatalf("waiting until %s: %v\n%v", what, err, s.srv.Upstream())
	}
}

// onPacketProxy runs f with a proxy before an upstream, on a network: "udp", "unixgram", or "memory", in a bubble.
func onPacketProxy(t *testing.T, network string, x fakeserver.PacketProxy, upstream fakeserver.PacketHandler, faults fault.Plan, f func(s packetProxied)) {
	t.Helper()
	if network == "memory" {
		fakenet.Bubble(t, func(tb fakeserver.TB) {
			n := new(fakenet.Network)
			x.Dial = n.DialContext
			withPacketProxy(tb, fakeserver.PacketConfig{Transport: n}, x, upstream, faults, f)
		})
		return
	}
	withPacketProxy(t, fakeserver.PacketConfig{Network: network}, x, upstream, faults, f)
}

func withPacketProxy(tb fakeserver.TB, cfg fakeserver.PacketConfig, x fakeserver.PacketProxy, upstream fakeserver.PacketHandler, faults fault.Plan, f func(s packetProxied)) {
	tb.Helper()
	cfg.Name, cfg.Handler = "upstream", upstream
	up := fakeserver.StartPacket(tb, cfg)
	x.Upstream = up.Addr()
	cfg.Name, cfg.Handler, cfg.Faults = "proxy", x, faults
	f(packetProxied{tb, fakeserver.StartPacket(tb, cfg), up})
}

// A client's socket is one of its own for the upstream, and both legs have what passed.
func TestPacketProxyRelays(t *testing.T) {
	for _, network := range []string{"udp", "unixgram", "memory"} {
		t.Run(network, func(t *testing.T) {
			onPacketProxy(t, network, fakeserver.PacketProxy{}, counts, fault.Plan{}, func(s packetProxied) {
				a, b := s.dial(), s.dial()
				for _, row := range []struct {
					c          net.Conn
					send, want string
				}{
					{a, "x", "peer 1, 1: x"}, {b, "p", "peer 2, 1: p"}, {a, "y", "peer 1, 2: xy"}, {b, "q", "peer 2, 2: pq"}, {a, "", "peer 1, 3: xy"},
				} {
					send(t, row.c, row.send)
					wantRead(t, row.c, row.want)
				}
				client, up := s.srv.Transcript(), s.srv.Upstream()
				for n := 1; n <= 2; n++ {
					for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
						if got, want := fmt.Sprintf("%q", up.Conn(n).Datagrams(d)), fmt.Sprintf("%q", client.Conn(n).Datagrams(d)); got != want {
							t.Errorf("peer %d, %v: the upstream leg has %s, the client's %s", n, d, got, want)
						}
					}
				}
				if up.Conns() != 2 || !up.Header().IsOfDatagrams() || up.Header().Address != s.upstream.Addr() {
					t.Errorf("the upstream leg has %d peers, and is %v", up.Conns(), up.Header())
				}
				wantSameAddresses(t, up, s.upstream.Transcript())
			})
		})
	}
}

// wantSameAddresses checks that the upstream's clients are the proxy's sockets.
func wantSameAddresses(t *testing.T, leg, upstream transcript.Transcript) {
	t.Helper()
	want := map[int]string{}
	for e := range upstream.Kind(transcript.Accept).All() {
		want[e.Conn] = e.Peer
	}
	for e := range leg.Kind(transcript.Datagram).All() {
		if e.Peer == "" || e.Peer != want[e.Conn] {
			t.Errorf("%v: want the address %q", e, want[e.Conn])
		}
	}
}

// Answers come at any time, as many as there are.
func TestPacketProxyBringsAnswersAtAnyTime(t *testing.T) {
	onPacketProxy(t, "memory", fakeserver.PacketProxy{}, fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		for n := range 3 {
			time.Sleep(time.Minute)
			fmt.Fprint(p, n)
		}
		return nil
	}), fault.Plan{}, func(s packetProxied) {
		c := s.dial()
		c.SetDeadline(time.Time{})
		began := time.Now()
		send(t, c, "x")
		for n := range 3 {
			wantRead(t, c, fmt.Sprint(n))
			if d := time.Since(began); d != time.Duration(n+1)*time.Minute {
				t.Errorf("answer %d came after %v", n, d)
			}
		}
	})
}

// A session that is idle ends on the dot, and the next datagram opens another one.
func TestPacketProxyEndsIdleSessions(t *testing.T) {
	for _, tt := range []struct {
		idle    time.Duration
		pause   time.Duration
		sockets int
	}{
		{0, 2*time.Minute - 1, 1},
		{0, 2*time.Minute + 1, 3},
		{time.Second, time.Second - 1, 1},
		{time.Second, time.Second + 1, 3},
		{-1, 1000 * time.Hour, 1},
	} {
		onPacketProxy(t, "memory", fakeserver.PacketProxy{Idle: tt.idle}, fakeserver.PacketEcho{}, fault.Plan{}, func(s packetProxied) {
			c := s.dial()
			c.SetDeadline(time.Time{})
			for _, text := range []string{"one", "two"} {
				send(t, c, text)
				wantRead(t, c, text)
				time.Sleep(tt.pause)
			}
			send(t, c, "three")
			wantRead(t, c, "three")
			if n := s.upstream.Transcript().Conns(); n != tt.sockets {
				t.Errorf("Idle %v: after pauses of %v the upstream has seen %d clients, want %d\n%v", tt.idle, tt.pause, n, tt.sockets, s.srv.Upstream())
			}
			up := s.srv.Upstream()
			if n := up.Conns(); n != 1 || len(up.Datagrams(transcript.FromClient)) != 3 {
				t.Errorf("the upstream leg has %d peers:\n%v", n, up)
			}
			for leg, tr := range map[string]transcript.Transcript{"client's": s.srv.Transcript(), "upstream": up} {
				if n := strings.Count(tr.String(), "idle for "); n != tt.sockets-1 {
					t.Errorf("the %s leg has %d notes of it, want %d:\n%v", leg, n, tt.sockets-1, tr)
				}
			}
		})
	}
}

func TestPacketProxyPassesEverySize(t *testing.T) {
	for network, sizes := range map[string][]int{"udp": {0, 1, 1472, 65507, 0}, "unixgram": {0, 1, 65508, 200_000}, "memory": {0, 65507}} {
		onPacketProxy(t, network, fakeserver.PacketProxy{}, fakeserver.PacketEcho{}, fault.Plan{}, func(s packetProxied) {
			c := s.dial()
			for i, size := range sizes {
				want, got := bytes.Repeat([]byte{byte(i + 1)}, size), make([]byte, 1<<20)
				if _, err := c.Write(want); err != nil {
					t.Fatal(err)
				}
				if n, err := c.Read(got); !bytes.Equal(got[:n], want) || err != nil {
					t.Errorf("%s: of %d bytes %d came back, %v", network, size, n, err)
				}
			}
		})
	}
}

func TestPacketProxyRefusesWhatCanNotWork(t *testing.T) {
	for _, tt := range []struct {
		why   string
		proxy fakeserver.PacketProxy
		words string
	}{
		{"no upstream", fakeserver.PacketProxy{}, "Upstream is empty"},
		{"no port", fakeserver.PacketProxy{Upstream: "localhost"}, "missing port"},
		{"a network of streams", fakeserver.PacketProxy{Network: "tcp", Upstream: "127.0.0.1:1"}, `Network is "tcp", want one of udp, udp4, udp6, unixgram`},
	} {
		_, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: tt.proxy})
		wantError(t, tt.why, err, fakeserver.ErrConfig, tt.words)
	}
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		_, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: new(fakenet.Network), Handler: fakeserver.PacketProxy{Upstream: "127.0.0.1:53"}})
		wantError(t, "the kernel's network in a bubble", err, fakeserver.ErrConfig, "set Dial")
	})
}

// The upstream leg is a recording like any other.
func TestPacketProxyUpstreamRecording(t *testing.T) {
	onPacketProxy(t, "udp", fakeserver.PacketProxy{}, fakeserver.PacketEcho{}, plan(fault.ToClient(fault.Truncate{Size: 1})), func(s packetProxied) {
		c := s.dial()
		send(t, c, "hello")
		wantRead(t, c, "h")
		file := filepath.Join(t.TempDir(), "up.jsonl")
		rec := s.srv.UpstreamRecording()
		if err := rec.WriteFile(file); err != nil {
			t.Fatal(err)
		}
		back, err := transcript.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := back.Transcript.Datagrams(transcript.ToClient); len(got) != 1 || string(got[0]) != "hello" || len(back.Origin.Plan) > 0 {
			t.Errorf("it has %q, and the plan %s; want what the upstream said, and none", got, back.Origin.Plan)
		}
	})
	var grown, written bytes.Buffer
	up := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketProxy{Upstream: up.Addr()}, RecordUpstreamTo: &grown})
	c := dialUDP(t, srv)
	send(t, c, "hello")
	wantRead(t, c, "hello")
	srv.Close()
	if srv.UpstreamRecording().WriteTo(&written); grown.String() != written.String() {
		t.Errorf("it has grown to\n%s\nand is written as\n%s", &grown, &written)
	}
	if none := fakeserver.StartPacket(t, fakeserver.PacketConfig{}).Upstream(); none.Len() > 0 {
		t.Errorf("a server without a proxy has an upstream leg: %v", none)
	}
}
