package fakeserver_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// askAcrossDown sends two datagrams. Between them, 10 ms after the first, the server is down for a second.
func askAcrossDown(t *testing.T, h fakeserver.PacketHandler) (rec transcript.Recording, verify error) {
	t.Helper()
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var network nettest.Network
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: h, Transport: &network})
		if err != nil {
			tb.Fatalf("ListenPacket: %v", err)
		}
		c, err := srv.Dial(context.Background())
		if err != nil {
			tb.Fatalf("Dial: %v", err)
		}
		defer c.Close()
		c.Write([]byte("a"))
		time.Sleep(10 * time.Millisecond)
		if err := srv.Down(); err != nil {
			tb.Errorf("Down: %v", err)
		}
		time.Sleep(time.Second)
		if err := srv.Up(); err != nil {
			tb.Errorf("Up: %v", err)
		}
		c.Write([]byte("b"))
		time.Sleep(time.Second)
		if err := srv.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
		rec, verify = srv.Recording(), srv.Verify()
	})
	return rec, verify
}

// What is said while the server is down is lost, and not the conversation.
func TestPeerGoesOnAfterDown(t *testing.T) {
	twice := func(pause time.Duration) fakeserver.PacketHandler {
		return fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
			for {
				d, err := p.Next(ctx)
				if err != nil {
					return err
				}
				p.Write(d.Data)
				time.Sleep(pause)
				p.Write(append(d.Data, '!'))
			}
		})
	}
	rec, err := askAcrossDown(t, twice(5*time.Millisecond))
	if got := strings.Join(texts(rec.Transcript.Datagrams(transcript.ToClient)), " "); got != "a a! b b!" || err != nil {
		t.Fatalf("the answers are %q, %v", got, err)
	}
	for name, h := range map[string]fakeserver.PacketHandler{
		"handler":  twice(20 * time.Millisecond),
		"playback": &fakeserver.PacketPlayback{Recording: rec, Pace: 4}, // its second answer is due after 20 ms
	} {
		got, err := askAcrossDown(t, h)
		if answers := strings.Join(texts(got.Transcript.Datagrams(transcript.ToClient)), " "); answers != "a b b!" || err != nil {
			t.Errorf("%s: the answers are %q, %v", name, answers, err)
		}
		if !strings.Contains(got.Transcript.String(), "a datagram of 2 bytes did not leave: the server is down") {
			t.Errorf("%s: the record does not say what did not leave:\n%v", name, got.Transcript)
		}
	}
}
