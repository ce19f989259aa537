package fakeserver_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// saysMany answers each datagram with a number of others.
func saysMany(n int) fakeserver.PacketHandler {
	return fakeserver.PacketHandlerFunc(func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
		for i := range n {
			if _, err := fmt.Fprint(w, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// A deafUntilClose is a socket whose Read hears of nothing before the server closes: as if all came just then.
type deafUntilClose struct {
	*fakenet.PacketConn
	closes chan struct{}
}

func (c deafUntilClose) Read(p []byte) (int, error) {
	select {
	case <-c.closes:
		return c.PacketConn.Read(p)
	default:
	}
	<-c.closes
	return 0, os.ErrDeadlineExceeded
}

func (c deafUntilClose) SetDeadline(time.Time) error {
	close(c.closes)
	return nil
}

// SetReadBuffer leaves the buffer as small as the test has made it.
func (c deafUntilClose) SetReadBuffer(int) error { return nil }

// deafTo is a PacketProxy's Dial on a network, for sockets with buffers of a size.
func deafTo(n *fakenet.Network, buffer int) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := n.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return deafUntilClose{c.(*fakenet.PacketConn), make(chan struct{})}, c.(*fakenet.PacketConn).SetReadBuffer(buffer)
	}
}

// What the kernel loses of answers for want of a buffer is counted, like what a server's socket loses.
func TestPacketProxyCountsWhatTheKernelLoses(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		const answers = 1000
		n := new(fakenet.Network)
		x := fakeserver.PacketProxy{Dial: deafTo(n, 4096)}
		withPacketProxy(tb, fakeserver.PacketConfig{Transport: n}, x, saysMany(answers), fault.Plan{}, func(s packetProxied) {
			send(t, s.dial(), "x")
			synctest.Wait()
			s.srv.Close()
			lost, read := 0, len(s.srv.Upstream().Datagrams(transcript.ToClient))
			for e := range s.srv.Upstream().Conn(1).Kind(transcript.Drop).All() {
				lost += int(e.Count)
			}
			if lost == 0 || read == 0 || lost+read != answers {
				t.Errorf("of %d answers %d are read and %d lost", answers, read, lost)
			}
		})
	})
}

// What has arrived from the upstream when the server closes is in the record, and named.
func TestPacketProxyCloseTakesWhatHasArrived(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		n := new(fakenet.Network)
		x := fakeserver.PacketProxy{Dial: deafTo(n, 1<<16)}
		withPacketProxy(tb, fakeserver.PacketConfig{Transport: n}, x, saysMany(3), fault.Plan{}, func(s packetProxied) {
			send(t, s.dial(), "x")
			synctest.Wait()
			if err := s.srv.Close(); err != nil {
				t.Error(err)
			}
			if got := texts(s.srv.Upstream().Datagrams(transcript.ToClient)); strings.Join(got, " ") != "0 1 2" {
				t.Errorf("the upstream leg has the answers %q, want all", got)
			}
			wantUndelivered(t, s.srv.Upstream(), transcript.ToClient, "it did not go on to the client: closed", "peer 1 #1+1", "peer 1 #2+1", "peer 1 #3+1")
			if err := s.srv.Verify(); err != nil {
				t.Error(err)
			}
		})
	})
}

// The answers for a client that has no room are those that its leg has, and those that are named.
func TestPacketProxyCloseWithAClientThatHasNoRoom(t *testing.T) {
	const answers = 1000 // more than a unix socket takes, and less than one of UDP
	up := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: saysMany(answers)})
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketProxy{Upstream: up.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	send(t, dialUnixgram(t, srv), "x")
	wait(t, up, func(tr transcript.Transcript) bool { return len(tr.Datagrams(transcript.ToClient)) == answers })
	began := time.Now()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(began); d > closeBound {
		t.Errorf("Close took %v", d)
	}
	there, named := len(srv.Transcript().Datagrams(transcript.ToClient)), srv.Upstream().Kind(transcript.Undelivered).Len()
	if n := len(srv.Upstream().Datagrams(transcript.ToClient)); n != answers || there+named != answers || named == 0 {
		t.Errorf("of %d answers the upstream leg has %d, of which %d went on, and %d are named", answers, n, there, named)
	}
}

// Close does not wait for clients, nor for upstreams, that have nothing to say, or no room.
func TestPacketProxyCloseWithManySessions(t *testing.T) {
	const sessions, each = 100, 10
	for name, upstream := range map[string]struct {
		network string
		handler fakeserver.PacketHandler
		answers int // to each client
	}{
		"idle":    {"udp", fakeserver.PacketEcho{}, each},
		"silent":  {"udp", fakeserver.PacketDiscard{}, 0},
		"no room": {"unixgram", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			fakenet.NoLeaks(t)
			addr := upstreamOf(t, upstream.network, upstream.handler)
			before := descriptors(t)
			srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketProxy{Upstream: addr}})
			if err != nil {
				t.Fatal(err)
			}
			var clients []net.Conn
			for range sessions {
				c := dialUDP(t, srv)
				clients = append(clients, c)
				for range each { // together more than a unix socket has room for
					send(t, c, "x")
				}
			}
			wait(t, srv, func(tr transcript.Transcript) bool {
				return tr.Len() >= sessions*(1+each+upstream.answers) && srv.Upstream().Conns() == sessions
			})
			began := time.Now()
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
			d := time.Since(began)
			t.Logf("Close of %d sessions took %v", sessions, d)
			if d > closeBound {
				t.Errorf("Close took %v", d)
			}
			for _, c := range clients {
				c.Close()
			}
			if after := descriptors(t); after > before {
				t.Errorf("%d descriptors, and %d before", after, before)
			}
		})
	}
}

// upstreamOf starts an upstream; one that takes nothing, if h is nil.
func upstreamOf(t *testing.T, network string, h fakeserver.PacketHandler) string {
	if h != nil {
		return fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: network, Handler: h}).Addr()
	}
	pc, err := net.ListenPacket(network, unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	return pc.LocalAddr().String()
}

// Many clients at once, with faults in both directions, some of whom come back after their sessions have ended.
func TestPacketProxyOfManyClients(t *testing.T) {
	fakenet.NoLeaks(t)
	up := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	before := descriptors(t)
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketProxy{Upstream: up.Addr(), Idle: 3 * time.Millisecond}, Faults: plan(
		fault.FromClient(fault.Duplicate{Rate: 0.2}), fault.ToClient(fault.Latency{Delay: time.Millisecond, Jitter: time.Millisecond}),
		fault.ToClient(fault.Reorder{Rate: 0.2}), fault.FromClient(fault.Corrupt{Rate: 0.001}))})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range 64 {
		c := dialUDP(t, srv)
		wg.Go(func() {
			defer c.Close()
			p := make([]byte, 2000)
			for i := range 20 {
				fmt.Fprintf(c, "datagram %d of client %d %s", i, n, strings.Repeat("x", 50*i))
				c.SetReadDeadline(time.Now().Add(time.Duration(i%7) * time.Millisecond))
				c.Read(p)
			}
		})
	}
	wg.Wait()
	wait(t, srv, sent(64*20))
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors, and %d before", after, before)
	}
	if err := up.Close(); err != nil {
		t.Error(err)
	}
	leg, theirs := srv.Upstream(), up.Transcript()
	if got, want := counted(leg.Datagrams(transcript.FromClient)), counted(theirs.Datagrams(transcript.FromClient)); !slices.Equal(got, want) {
		t.Errorf("the upstream leg has %d datagrams, the upstream %d", len(got), len(want))
	}
	if got, want := counted(leg.Datagrams(transcript.ToClient)), counted(theirs.Datagrams(transcript.ToClient)); len(got) > len(want) {
		t.Errorf("the upstream leg has %d answers, the upstream %d", len(got), len(want))
	}
}

// counted returns datagrams in no order that depends on when they came.
func counted(all [][]byte) []string {
	out := texts(all)
	slices.Sort(out)
	return out
}
