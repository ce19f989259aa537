package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What comes when the handler has ended is recorded, and named: at once, not only at the end.
func TestPeerHandlerThatHasEnded(t *testing.T) {
	inMemoryPackets(t, fakeserver.PacketConfig{
		Faults: plan(fault.FromClient(fault.Latency{Delay: time.Second}).AfterDatagrams(3)),
		Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
			p.Next(ctx)
			time.Sleep(time.Second)
			p.Next(ctx)
			return nil
		})}, func(c packetCell) {
		client := c.dial()
		for n := range 4 { // two are read, one lies ready when the handler ends, and the last one is late then
			fmt.Fprint(client, n+1)
			time.Sleep(time.Duration(n/2) * 300 * time.Millisecond)
		}
		wantUndelivered(t, c.srv.Transcript(), transcript.FromClient, "closed")
		time.Sleep(time.Second)
		wantUndelivered(t, c.srv.Transcript(), transcript.FromClient, "the handler had ended", "peer 1 #3+2")
		wantError(t, "Verify, since what was late is not delivered", c.srv.Verify(), nil, "latency.FromClient.1")
		fmt.Fprint(client, 5)
		time.Sleep(time.Second)
		wantUndelivered(t, c.srv.Transcript(), transcript.FromClient, "the handler had ended", "peer 1 #3+2", "peer 1 #5+1")
		other := c.dial()
		fmt.Fprint(other, "another peer's is another conversation")
		time.Sleep(time.Millisecond)
		wantUndelivered(t, c.srv.Transcript(), transcript.FromClient, "the handler had ended", "peer 1 #3+2", "peer 1 #5+1")
		if got := c.srv.Transcript().Datagrams(transcript.FromClient); len(got) != 6 {
			t.Errorf("%d datagrams in the record, want 6", len(got))
		}
	})
}

func TestPeerHandlerThatFails(t *testing.T) {
	for _, tt := range failures {
		t.Run(tt.why, func(t *testing.T) {
			inMemoryPackets(t, fakeserver.PacketConfig{Handler: reads(func(p *fakeserver.Peer, d fakeserver.Packet) error {
				if p.Number() == 1 && d.Number == 2 {
					return tt.serve()
				}
				_, err := p.Write(d.Data)
				return err
			})}, func(c packetCell) {
				client, other := c.dial(), c.dial()
				send(t, client, "one")
				wantRead(t, client, "one")
				send(t, client, "two")
				send(t, other, "goes on")
				wantRead(t, other, "goes on")
				send(t, client, "three")
				time.Sleep(time.Millisecond)
				wantError(t, "Verify", c.srv.Verify(), nil, tt.words, "peer 1, datagram 2")
				if n := c.srv.Transcript().Kind(transcript.Error).Len(); n != 1 {
					t.Errorf("%d errors in the record, want 1:\n%v", n, c.srv.Transcript())
				}
				wantUndelivered(t, c.srv.Transcript(), transcript.FromClient, "the handler had ended", "peer 1 #3+1")
			})
		})
	}
}

// An error that the handler returns because the server closes reaches Verify; that it is closed is none.
func TestPeerHandlerFailsAtClose(t *testing.T) {
	for _, why := range []error{errPlain, nil} {
		var srv *fakeserver.PacketServer
		inMemoryPackets(t, fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
			p.Next(ctx)
			_, err := p.Next(ctx)
			wantError(t, "Next", err, net.ErrClosed)
			if _, write := p.Write([]byte("x")); !errors.Is(write, net.ErrClosed) {
				t.Errorf("Write = %v, want net.ErrClosed", write)
			}
			if why != nil {
				return why
			}
			return err
		})}, func(c packetCell) {
			srv = c.srv
			send(t, c.dial(), "x")
			time.Sleep(time.Millisecond)
		})
		if err := srv.Verify(); !errors.Is(err, why) {
			t.Errorf("Verify = %v, want %v", err, why)
		}
		if n := srv.Transcript().Kind(transcript.Error).Len(); (n == 1) != (why != nil) {
			t.Errorf("%d errors in the record of %v:\n%v", n, why, srv.Transcript())
		}
	}
}
