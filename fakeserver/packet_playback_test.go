package fakeserver_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// dnsQuery returns a message with an id, as DNS has it.
func dnsQuery(id uint16, name string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, id), name...)
}

// resolver answers queries by their names, with their ids.
var resolver = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	_, err := w.Write(append(bytes.Clone(p.Data[:2]), strings.ToUpper(string(p.Data[2:]))...))
	return err
})

// resolves sends queries one after the other from one socket, and wants their answers.
func resolves(t *testing.T, srv fakeserver.Wire, queries ...[]byte) {
	t.Helper()
	c := dialUDP(t, srv)
	defer c.Close()
	for _, q := range queries {
		c.Write(q)
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		got := make([]byte, 100)
		n, err := c.Read(got)
		want := append(bytes.Clone(q[:2]), strings.ToUpper(string(q[2:]))...)
		if err != nil || !bytes.Equal(got[:n], want) {
			t.Errorf("the answer to %q is %q, %v", q, got[:n], err)
		}
	}
}

func recordResolver(t *testing.T, peers ...[][]byte) transcript.Recording {
	t.Helper()
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: resolver})
	if err != nil {
		t.Fatal(err)
	}
	for _, queries := range peers {
		resolves(t, srv, queries...)
	}
	srv.Close()
	return again(t, srv.Recording())
}

var dnsID = []fakeserver.Carry{{Name: "id", Request: fakeserver.Span{To: 2}}}

func TestPacketPlaybackCarriesIDs(t *testing.T) {
	rec := recordResolver(t, [][]byte{dnsQuery(1, "a.example"), dnsQuery(2, "b.example")}, [][]byte{dnsQuery(1, "c.example")})
	for n := range uint16(100) {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: &fakeserver.PacketPlayback{Recording: rec, Carry: dnsID}})
		if err != nil {
			t.Fatal(err)
		}
		resolves(t, srv, dnsQuery(300+n, "a.example"), dnsQuery(7*n, "b.example"))
		resolves(t, srv, dnsQuery(n<<8, "c.example"))
		if err := errors.Join(srv.Close(), srv.Verify()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPacketPlaybackSaysWhatDiffers(t *testing.T) {
	rec := recordResolver(t, [][]byte{dnsQuery(1, "a.example"), dnsQuery(2, "b.example")})
	for _, tt := range []struct {
		why  string
		p    *fakeserver.PacketPlayback
		send [][]byte
		want string
	}{
		{"another byte", &fakeserver.PacketPlayback{}, [][]byte{dnsQuery(9, "a.example"), dnsQuery(8, "b.exemple")},
			`peer 1 of dns.jsonl, datagram 2 of 2: datagram 2, byte 6: want "ample", got "emple"`},
		{"a byte less", &fakeserver.PacketPlayback{}, [][]byte{dnsQuery(9, "a.exampl")}, `datagram 1, byte 10: want "e", got nothing`},
		{"a byte more", &fakeserver.PacketPlayback{}, [][]byte{dnsQuery(9, "a.example.")}, `datagram 1, byte 11: want nothing more, got "."`},
		{"one less", &fakeserver.PacketPlayback{}, [][]byte{dnsQuery(9, "a.example")}, `peer 1 of dns.jsonl, datagram 2 of 2: datagram 2, byte 0: want what may be any there, as it was recorded "\x00\x02", got nothing: the server was closed`},
		{"one less, in time", &fakeserver.PacketPlayback{Patience: 20 * time.Millisecond}, [][]byte{dnsQuery(9, "a.example"), nil}, `got nothing: nothing more came for 20ms`},
		{"one more", &fakeserver.PacketPlayback{}, [][]byte{dnsQuery(9, "a.example"), dnsQuery(9, "b.example"), dnsQuery(1, "c.example")},
			`peer 1 of dns.jsonl: datagram 3, byte 0: want no more datagrams, got "\x00\x01c.example"`},
		{"one again", &fakeserver.PacketPlayback{}, [][]byte{dnsQuery(9, "a.example"), dnsQuery(9, "a.example")}, `datagram 2, byte 2: want "b.example", got "a.example"`},
		{"one again, which may", &fakeserver.PacketPlayback{Extra: fakeserver.ExtraRepeats}, [][]byte{dnsQuery(9, "a.example"), dnsQuery(8, "a.example"), dnsQuery(9, "b.example"), dnsQuery(3, "a.example")}, ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			tt.p.Recording, tt.p.Name, tt.p.Carry = rec, "dns.jsonl", dnsID
			srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: tt.p})
			if err != nil {
				t.Fatal(err)
			}
			c := dialUDP(t, srv)
			for i, q := range tt.send {
				if q != nil {
					c.Write(q)
				}
				if i+1 < len(tt.send) || tt.want == "" || tt.why == "one less" {
					wantRead(t, c, string(append(bytes.Clone(q[:2]), strings.ToUpper(string(q[2:]))...)))
				} else {
					wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Error).Len() > 0 })
				}
			}
			srv.Close()
			err = srv.Verify()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Verify =\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

// The ids of two queries that are under way at once come in the other order, and so do the queries.
func TestPacketPlaybackInAnotherOrder(t *testing.T) {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		a, _ := p.Next(ctx)
		b, _ := p.Next(ctx)
		p.Write(b.Data)
		p.Write(a.Data)
		return nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	c := dialUDP(t, srv)
	c.Write(dnsQuery(1, "a"))
	c.Write(dnsQuery(2, "b"))
	wantRead(t, c, string(dnsQuery(2, "b")))
	wantRead(t, c, string(dnsQuery(1, "a")))
	srv.Close()
	rec := again(t, srv.Recording())
	played := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: &fakeserver.PacketPlayback{Recording: rec, Carry: dnsID}})
	c = dialUDP(t, played)
	c.Write(dnsQuery(8, "b"))
	c.Write(dnsQuery(9, "a"))
	wantRead(t, c, string(dnsQuery(8, "b")))
	wantRead(t, c, string(dnsQuery(9, "a")))
}

func TestPacketPlaybackByFirstBytes(t *testing.T) {
	rec := recordResolver(t, [][]byte{dnsQuery(1, "a.example")}, [][]byte{dnsQuery(1, "b.example")}, [][]byte{dnsQuery(1, "c.example")})
	p := &fakeserver.PacketPlayback{Recording: rec, Carry: dnsID, Match: fakeserver.ByFirstBytes}
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: p})
	resolves(t, srv, dnsQuery(5, "c.example"))
	resolves(t, srv, dnsQuery(6, "a.example"))
	if got := fmt.Sprint(p.Unplayed()); got != "[2]" {
		t.Errorf("unplayed are %s", got)
	}
	resolves(t, srv, dnsQuery(7, "b.example"))
}

// packetsConversed is conversed for datagrams.
func packetsConversed(t *testing.T, h fakeserver.PacketHandler, p fault.Plan) (rec transcript.Recording, verify error) {
	t.Helper()
	nettest.Bubble(t, func(tb fakeserver.TB) {
		network := &nettest.Network{}
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: h, Faults: p, Transport: network})
		if err != nil {
			tb.Fatalf("ListenPacket: %v", err)
		}
		for range 2 {
			c, err := network.DialContext(context.Background(), "udp", srv.Addr())
			if err != nil {
				tb.Fatalf("dial: %v", err)
			}
			for i := range 6 {
				fmt.Fprintf(c, "abaab %d", i)
				c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
				for {
					if _, err := c.Read(make([]byte, 1000)); err != nil {
						break
					}
				}
			}
			c.Close()
		}
		time.Sleep(time.Second)
		if err := srv.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
		rec, verify = srv.Recording(), srv.Verify()
	})
	return again(t, rec), verify
}

func TestPacketPlaybackOfEachFault(t *testing.T) {
	for _, kind := range faultgen.All(fault.Datagrams) {
		for _, d := range faultgen.Directions(fault.Datagrams, kind) {
			for n := range 6 {
				r := fault.Rule{Fault: faultgen.Example(fault.Datagrams, kind, n), Direction: d}.NeedNotFire()
				if n > 2 && d != fault.ServerStart {
					r = r.AfterDatagrams(int64(n - 2))
				}
				t.Run(fmt.Sprintf("%s/%s/%d", kind, faultgen.Place(d), n), func(t *testing.T) {
					p := fault.Plan{Seed: 7, Rules: []fault.Rule{r}}
					rec, _ := packetsConversed(t, fakeserver.PacketEcho{}, p)
					for _, pace := range []float64{0, 1} {
						got, err := packetsConversed(t, &fakeserver.PacketPlayback{Recording: rec, Pace: pace}, fault.Plan{})
						if err != nil {
							t.Errorf("rule %v, pace %v: Verify = %v", r, pace, err)
						}
						if diff := (transcript.Comparison{A: "recorded", B: "played"}).Diff(rec.Transcript, got.Transcript); diff != "" {
							t.Errorf("rule %v, pace %v: the playback differs:\n%s\nrecorded\n%vplayed\n%v", r, pace, diff, rec.Transcript, got.Transcript)
						}
					}
				})
			}
		}
	}
}
