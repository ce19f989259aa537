package fakeserver_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// counts answers each datagram of a peer with how many there were and what they said, which a server that serves
// single datagrams could not.
var counts = fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
	said := ""
	for n := 1; ; n++ {
		got, err := p.Next(ctx)
		if err != nil {
			return err
		}
		said += string(got.Data)
		if _, err := fmt.Fprintf(p, "peer %d, %d: %s", p.Number(), n, said); err != nil {
			return err
		}
	}
})

// reads hands each datagram that a peer's handler gets to f, until there are no more.
func reads(f func(p *fakeserver.Peer, got fakeserver.Packet) error) fakeserver.PeerHandler {
	return fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		for {
			got, err := p.Next(ctx)
			if err == nil {
				err = f(p, got)
			}
			if err != nil {
				return err
			}
		}
	})
}

// A packetCell is a server of datagrams on a network in memory, in a bubble: times are exact.
type packetCell struct {
	fakeserver.TB
	srv *fakeserver.PacketServer
	net *fakenet.Network
}

// inMemoryPackets runs f in a bubble with a server, which it closes at the end.
func inMemoryPackets(t *testing.T, cfg fakeserver.PacketConfig, f func(c packetCell)) {
	t.Helper()
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		c := packetCell{tb, nil, new(fakenet.Network)}
		cfg.Transport = c.net
		var err error
		if c.srv, err = fakeserver.ListenPacket(cfg); err != nil {
			t.Fatal(err)
		}
		f(c)
		if err := c.srv.Close(); err != nil {
			t.Error(err)
		}
	})
}

// dial connects, without a deadline.
func (c packetCell) dial() net.Conn {
	c.Helper()
	conn, err := c.srv.Dial(context.Background())
	if err != nil {
		c.Fatalf("%v", err)
	}
	return conn
}

func TestPeerHandlerConversesWithEachClient(t *testing.T) {
	for _, network := range []string{"udp", "unixgram"} {
		t.Run(network, func(t *testing.T) {
			srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: network, Handler: counts})
			a, b := dialPackets(t, srv), dialPackets(t, srv)
			for _, row := range []struct {
				c          net.Conn
				send, want string
			}{
				{a, "x", "peer 1, 1: x"}, {b, "p", "peer 2, 1: p"}, {a, "y", "peer 1, 2: xy"}, {b, "q", "peer 2, 2: pq"}, {a, "", "peer 1, 3: xy"},
			} {
				send(t, row.c, row.send)
				wantRead(t, row.c, row.want)
			}
		})
	}
}

// dialPackets is Dial with a deadline; the client of a unix socket has a name.
func dialPackets(t testing.TB, srv fakeserver.Wire) net.Conn {
	t.Helper()
	c, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// A server may speak when it likes, and as long as one client's handler waits, the others' go on.
func TestPeerHandlerSpeaksWhenItLikes(t *testing.T) {
	inMemoryPackets(t, fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		for n := range 3 {
			time.Sleep(time.Duration(p.Number()) * time.Second)
			if _, err := fmt.Fprint(p, n); err != nil {
				return err
			}
		}
		return nil
	})}, func(c packetCell) {
		one, two := c.dial(), c.dial()
		began := time.Now()
		send(t, one, "go")
		send(t, two, "go")
		for n := range 3 {
			wantRead(t, one, fmt.Sprint(n))
		}
		if d := time.Since(began); d != 3*time.Second {
			t.Errorf("the first had it after %v, want 3s", d)
		}
		for n := range 3 {
			wantRead(t, two, fmt.Sprint(n))
		}
		if d := time.Since(began); d != 6*time.Second {
			t.Errorf("the second had it after %v, want 6s", d)
		}
	})
}

// What the handler gets, and when, is what the plan delivers.
func TestPeerHandlerGetsWhatThePlanDelivers(t *testing.T) {
	for _, tt := range []struct {
		why  string
		rule fault.Rule
		want string
	}{
		{"nothing goes wrong", fault.FromClient(fault.Latency{Delay: time.Minute}).AfterDatagrams(9).NeedNotFire(), "1@0s 2@1s 3@2s 4@3s"},
		{"all is late, the beginning too", fault.FromClient(fault.Latency{Delay: 1500 * time.Millisecond}), "1@1.5s 2@2.5s 3@3.5s 4@4.5s"},
		{"the first overtakes nothing", fault.FromClient(fault.Latency{Delay: 10 * time.Second}).ForDatagrams(1), "2@1s 3@2s 4@3s 1@10s"},
		{"the first is lost", fault.FromClient(fault.Loss{Nth: 1}), "2@1s 3@2s 4@3s"},
		{"each comes twice", fault.FromClient(fault.Duplicate{Rate: 1}), "1@0s 1@0s 2@1s 2@1s 3@2s 3@2s 4@3s 4@3s"},
		{"one is behind the next", fault.FromClient(fault.Reorder{Rate: 1}).ForDatagrams(1), "2@1s 1@1s 3@2s 4@3s"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			var got []string
			began := make(chan time.Time, 1)
			inMemoryPackets(t, fakeserver.PacketConfig{Faults: plan(tt.rule), Handler: reads(func(p *fakeserver.Peer, d fakeserver.Packet) error {
				start := <-began
				began <- start
				got = append(got, fmt.Sprintf("%s@%v", d.Data, time.Since(start)))
				return nil
			})}, func(c packetCell) {
				client := c.dial()
				began = make(chan time.Time, 1)
				began <- time.Now()
				for n := range 4 {
					fmt.Fprint(client, n+1)
					time.Sleep(time.Second)
				}
				time.Sleep(time.Minute)
				if err := c.srv.Verify(); err != nil {
					t.Error(err)
				}
			})
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("the handler got %s, want %s", text, tt.want)
			}
		})
	}
}

// What a handler did not read is named at Close; one that wants to know what had come by then can ask.
func TestPeerReadyIsWhatHasCome(t *testing.T) {
	for _, wants := range []bool{true, false} {
		var srv *fakeserver.PacketServer
		var got []string
		inMemoryPackets(t, fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
			<-ctx.Done()
			for wants {
				d, ok := p.Ready()
				if !ok {
					return nil
				}
				got = append(got, string(d.Data))
			}
			return nil
		}), Faults: plan(fault.FromClient(fault.Latency{Delay: time.Minute}).AfterDatagrams(2))}, func(c packetCell) {
			srv = c.srv
			client := c.dial()
			for n := range 3 {
				fmt.Fprint(client, n+1)
			}
			time.Sleep(time.Millisecond)
		})
		want, unread := []string{"1", "2"}, "peer 1 #3+1"
		if !wants {
			want, unread = nil, "peer 1 #1+3"
		}
		if !slices.Equal(got, want) {
			t.Errorf("it has got %q, want %q", got, want)
		}
		wantUndelivered(t, srv.Transcript(), transcript.FromClient, "closed: the handler did not get it", unread)
	}
}

func TestPeerNextFailsWithItsContext(t *testing.T) {
	inMemoryPackets(t, fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		p.Next(ctx)
		brief, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := p.Next(brief)
		wantError(t, "Next at its deadline", err, os.ErrDeadlineExceeded, "127.0.0.1:")
		wantError(t, "Next at its deadline", err, context.DeadlineExceeded)
		own, cancelOwn := context.WithCancelCause(ctx)
		cancelOwn(errPlain)
		_, err = p.Next(own)
		wantError(t, "Next", err, errPlain)
		fmt.Fprint(p, "done")
		_, err = p.Next(ctx)
		return err
	})}, func(c packetCell) {
		client, began := c.dial(), time.Now()
		send(t, client, "x")
		wantRead(t, client, "done")
		if d := time.Since(began); d != time.Second {
			t.Errorf("it took %v, want 1s", d)
		}
	})
}

func TestPacketSequenceOfBothKinds(t *testing.T) {
	sequence := fakeserver.PacketSequence{fakeserver.PacketEcho{}, fakeserver.PacketSequence{fakeserver.PacketEcho{}, counts}}
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: sequence})
	for _, want := range [][]string{{"x", "x"}, {"peer 2, 1: x", "peer 2, 2: xx"}, {"peer 3, 1: x", "peer 3, 2: xx"}} {
		c := dialUDP(t, srv)
		for _, answer := range want {
			send(t, c, "x")
			wantRead(t, c, answer)
		}
	}
	err := sequence.ServePacket(t.Context(), fakeserver.Packet{Conn: 2}, nil)
	wantError(t, "ServePacket", err, nil, "it is a PeerHandler: call its ServePeer")
	_, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketSequence{fakeserver.PeerHandlerFunc(nil)}})
	wantError(t, "a nil one", err, fakeserver.ErrConfig, "handler 1 is a nil fakeserver.PeerHandlerFunc")
}

func TestPeerAddress(t *testing.T) {
	addrs := make(chan net.Addr, 1)
	h := reads(func(p *fakeserver.Peer, d fakeserver.Packet) error {
		addrs <- p.RemoteAddr()
		return nil
	})
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: h})
	c := dialUDP(t, srv)
	send(t, c, "x")
	if got := <-addrs; got.String() != c.LocalAddr().String() {
		t.Errorf("RemoteAddr = %v, want %v", got, c.LocalAddr())
	}
	nameless, err := net.Dial("unixgram", startUnixgram(t, h).Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer nameless.Close()
	send(t, nameless, "x")
	if got := <-addrs; got != nil {
		t.Errorf("RemoteAddr = %v of a client without a name, want nil", got)
	}
}
