package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// SetHandler takes the clients over: what has come before, the old conversation still gets, and then it ends.
func TestPacketSetHandlerReplacesConversations(t *testing.T) {
	got := map[string]*datagrams{"old": {}, "new": {}, "newest": {}}
	var ended atomic.Int64
	keep := func(name string) fakeserver.PeerHandler {
		h := reads(func(p *fakeserver.Peer, d fakeserver.Packet) error {
			got[name].add(d.Data)
			return nil
		})
		return fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
			err := h.ServePeer(ctx, p)
			if err == io.EOF {
				ended.Add(1)
			}
			return err
		})
	}
	inMemoryPackets(t, fakeserver.PacketConfig{
		Handler: keep("old"), Faults: plan(fault.FromClient(fault.Latency{Delay: time.Minute}).ForDatagrams(1), fault.FromClient(fault.Reorder{Rate: 1}).AfterDatagrams(1).ForDatagrams(1)),
	}, func(c packetCell) {
		client := c.dial()
		say := func(text string) {
			send(t, client, text)
			time.Sleep(time.Second)
		}
		set := func(h fakeserver.PacketHandler, want int64) {
			t.Helper()
			if err := c.srv.SetHandler(h); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			if n := ended.Load(); n != want {
				t.Errorf("%d conversations have ended, want %d", n, want)
			}
		}
		say("late")
		say("behind")
		set(keep("new"), 0) // since two are on their way
		say("next")
		time.Sleep(time.Minute)
		set(fakeserver.PacketEcho{}, 2)
		say("echo")
		wantRead(t, client, "echo")
		set(keep("newest"), 2)
		say("last")
		if err := c.srv.Verify(); err != nil {
			t.Error(err)
		}
		if n := c.srv.Transcript().Kind(transcript.Error).Len(); n > 0 {
			t.Errorf("it is no error that a conversation ends so:\n%v", c.srv.Transcript())
		}
	})
	for name, want := range map[string]string{"old": "behind late", "new": "next", "newest": "last"} {
		if got[name].String() != want {
			t.Errorf("the %s handler got %q, want %q", name, got[name], want)
		}
	}
}

// It may come at any time.
func TestPacketSetHandlerWhilePeersConverse(t *testing.T) {
	fakenet.NoLeaks(t)
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: counts})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		c := dialUDP(t, srv)
		wg.Go(func() {
			for p := make([]byte, 1<<10); ; {
				select {
				case <-stop:
					return
				default:
				}
				fmt.Fprint(c, "x")
				if _, err := c.Read(p); err != nil {
					t.Errorf("an answer did not come: %v", err)
					return
				}
			}
		})
	}
	for n := range 100 {
		if err := srv.SetHandler([]fakeserver.PacketHandler{fakeserver.PacketEcho{}, counts, fakeserver.PacketSequence{counts, fakeserver.PacketEcho{}}}[n%3]); err != nil {
			t.Fatal(err)
		}
		wait(t, srv, sent(5*n))
	}
	close(stop)
	wg.Wait()
	if tr := srv.Transcript(); tr.Conns() != 4 || len(tr.Datagrams(transcript.FromClient)) != len(tr.Datagrams(transcript.ToClient)) {
		t.Errorf("%d peers, %d datagrams in, %d out", tr.Conns(), len(tr.Datagrams(transcript.FromClient)), len(tr.Datagrams(transcript.ToClient)))
	}
}

func TestPeerHandlerOfAThousandPeers(t *testing.T) {
	const peers = 1000
	inMemoryPackets(t, fakeserver.PacketConfig{Handler: counts}, func(c packetCell) {
		var wg sync.WaitGroup
		for range peers {
			client := c.dial()
			wg.Go(func() {
				for n := range 3 {
					fmt.Fprint(client, "x")
					p := make([]byte, 100)
					size, err := client.Read(p)
					var peer, count int
					if fmt.Sscanf(string(p[:size]), "peer %d, %d:", &peer, &count); count != n+1 || err != nil {
						t.Errorf("answer %d is %q, %v", n+1, p[:size], err)
					}
				}
			})
		}
		wg.Wait()
		if n := c.srv.Transcript().Conns(); n != peers {
			t.Errorf("%d peers, want %d", n, peers)
		}
	})
}

// Close gives up on handlers that do not return, and names them with their peer, datagram and step.
func TestPacketServerCloseNamesStuckConversations(t *testing.T) {
	t.Parallel() // it waits for a second
	release, began := make(chan struct{}), make(chan struct{}, 100)
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		p.Next(ctx)
		if p.Number() == 2 {
			p.Step("wait for the moon")
		}
		began <- struct{}{}
		<-release
		return nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		send(t, dialUDP(t, srv), "x")
		<-began
	}
	start := time.Now()
	err = srv.Close()
	if d := time.Since(start); d > closeBound {
		t.Errorf("Close took %v", d)
	}
	wantError(t, "Close", err, nil, "peer 1, datagram 1: handler fakeserver.PeerHandlerFunc did not return within 1s; does it watch",
		`peer 2, datagram 1: handler fakeserver.PeerHandlerFunc did not return within 1s in step "wait for the moon"`, "TestPacketServerCloseNamesStuckConversations", "and 2 peers more")
	close(release)
}

// Clients whose conversations are idle do not hold Close up.
func TestPacketServerCloseEndsIdleConversations(t *testing.T) {
	var running atomic.Int64
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		running.Add(1)
		defer running.Add(-1)
		return counts(ctx, p)
	})})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		c := dialUDP(t, srv)
		send(t, c, "x")
		wantRead(t, c, fmt.Sprintf("peer %d, 1: x", n+1))
	}
	if n := running.Load(); n != 100 {
		t.Errorf("%d conversations, want 100", n)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if n := running.Load(); n != 0 {
		t.Errorf("%d conversations after Close", n)
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

// gated is a PeerHandler that holds at a gate.
type gated struct{ fakeserver.PeerHandlerFunc }

func (gated) Gates() []string { return []string{gate} }

func TestPeerHoldsUntilItIsReleased(t *testing.T) {
	inMemoryPackets(t, fakeserver.PacketConfig{Handler: fakeserver.PacketSequence{gated{func(ctx context.Context, p *fakeserver.Peer) error {
		for {
			if err := p.Hold(gate); err != nil {
				wantError(t, "Hold when the server closes", err, net.ErrClosed)
				return err
			}
			d, err := p.Next(ctx)
			if err != nil {
				return err
			}
			p.Write(d.Data)
		}
	}}}}, func(c packetCell) {
		soon, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		wantError(t, "AwaitHeld before anything came", c.srv.AwaitHeld(soon, gate), context.DeadlineExceeded)
		client := c.dial()
		send(t, client, "x")
		if err := c.srv.AwaitHeld(context.Background(), gate); err != nil {
			t.Fatal(err)
		}
		if n := len(c.srv.Transcript().Datagrams(transcript.ToClient)); n > 0 {
			t.Errorf("it went on:\n%v", c.srv.Transcript())
		}
		if err := c.srv.Release(gate); err != nil {
			t.Fatal(err)
		}
		wantRead(t, client, "x")
		time.Sleep(time.Millisecond) // it comes to the open gate
		if err := c.srv.Rearm(gate); err != nil {
			t.Fatal(err)
		}
		send(t, client, "y")
		wantRead(t, client, "y")
		if err := c.srv.AwaitHeld(context.Background(), gate); err != nil {
			t.Fatal(err)
		}
	})
}
