package fakeserver_test

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// repeats is how often a run is made that must come out the same: n times, or as often as
// FAKEWIRE_REPEATS says.
func repeats(t *testing.T, n int) int {
	text, given := os.LookupEnv("FAKEWIRE_REPEATS")
	if !given {
		return n
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// wantPeersBySocket skips where peers are known by their addresses alone, and the record says so.
func wantPeersBySocket(t *testing.T) {
	t.Helper()
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{})
	if notes := srv.Transcript().Kind(transcript.Note); notes.Len() > 0 {
		t.Skip(notes)
	}
}

// Peers that stay lose the same, however they interleave.
func TestPeersThatStayLoseTheSame(t *testing.T) {
	const peers, each = 8, 100
	run := func() string {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: fault.Plan{Seed: 7, Rules: []fault.Rule{
			fault.FromClient(fault.Loss{Rate: .2}), fault.FromClient(fault.BurstLoss{P: .05, R: .5}), fault.FromClient(fault.Duplicate{Rate: .1}),
			fault.ToClient(fault.Reorder{Rate: .1}), fault.ToClient(fault.Loss{Every: 7}), fault.ToClient(fault.Corrupt{Rate: .1}),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		var clients []net.Conn
		for i := range peers {
			clients = append(clients, dialUDP(t, srv))
			send(t, clients[i], "first")
			wait(t, srv, sent(i+1))
		}
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() {
				for n := range each {
					send(t, c, strconv.Itoa(n))
				}
			})
		}
		all.Wait()
		wait(t, srv, sent(peers*(each+1)))
		srv.Close()
		text := ""
		for _, side := range srv.Transcript().Canonical() {
			if side.Direction == transcript.FromClient {
				text += fmt.Sprint(side.Conn, side.Faults, "\n")
			}
		}
		return text
	}
	want := run()
	for n := range repeats(t, 20) - 1 {
		if got := run(); got != want {
			t.Fatalf("run %d:\n%s\nand the first:\n%s", n+2, got, want)
		}
	}
}

// A client that closes its socket and opens another one at the same address is another peer, at
// once, and for a wrapped socket, too.
func TestPeerIsAnotherWithAnotherSocketAtItsAddress(t *testing.T) {
	wantPeersBySocket(t)
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	wide := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "udp4", Addr: ":0", Handler: fakeserver.PacketEcho{}})
	pc := wrapPacket(t)
	var serving sync.WaitGroup
	serving.Go(func() {
		for p := make([]byte, 100); ; {
			n, from, err := pc.ReadFrom(p)
			if err != nil {
				return
			}
			pc.WriteTo(p[:n], from)
		}
	})
	for name, s := range map[string]fakeserver.Wire{"PacketServer": srv, "PacketServer on all addresses": wide, "PacketConn": pc} {
		to, _ := net.ResolveUDPAddr("udp", s.Address())
		at := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
		for range 30 {
			c, err := net.DialUDP("udp", at, to)
			if err != nil {
				t.Fatal(err)
			}
			at = c.LocalAddr().(*net.UDPAddr)
			c.SetDeadline(time.Now().Add(patience))
			for range 2 {
				send(t, c, "ping")
				wantRead(t, c, "ping")
			}
			c.Close()
		}
		tr := s.Transcript()
		for n := 1; n <= 30; n++ {
			in, out := tr.Conn(n).Datagrams(transcript.FromClient), tr.Conn(n).Datagrams(transcript.ToClient)
			if len(in) != 2 || len(out) != 2 {
				t.Errorf("%s: peer %d sent %d and was sent %d, want 2 and 2", name, n, len(in), len(out))
			}
		}
		if text := tr.Conn(2).String(); !strings.Contains(text, "peer 2 ") || !strings.Contains(text, "another socket with the address that peer 1 had") {
			t.Errorf("%s: the record does not say whose address peer 2 has:\n%s", name, text)
		}
	}
	pc.Close()
	serving.Wait()
}
