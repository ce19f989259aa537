package transcript_test

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// Datagrams have peers: in the head and in each line, also of what a stream could have, too.
func TestStringSaysPeerOfDatagrams(t *testing.T) {
	for network, want := range map[string]string{
		"udp": "peer", "udp6": "peer", "unixgram": "peer", "ip4:icmp": "peer",
		"tcp": "conn", "unix": "conn", "unixpacket": "conn", "made up": "conn", "": "conn",
	} {
		rec := record.New(Header{Name: "test", Network: network}, 0)
		for n := 1; n <= 2; n++ {
			rec.Add(Event{Conn: n, Kind: Accept, Peer: "a:1"})
			rec.Add(Event{Conn: n, Kind: Error, Text: "it hurt"})
		}
		for _, text := range []string{rec.Snapshot().String(), rec.Snapshot().Dump()} {
			wantText(t, text, ": 2 "+want+"s, 4 events\n", want+" 1              accept    a:1\n", want+" 1 ", want+" 2 ")
		}
		wantText(t, rec.Snapshot().Conn(1).String(), ": 1 "+want+", 2 events\n", want+" 1              accept")
		if got := rec.Snapshot().Header().IsOfDatagrams(); got != (want == "peer") {
			t.Errorf("IsOfDatagrams of %q = %t", network, got)
		}
	}
}

// Where the network is unknown, an event that is about datagrams tells.
func TestStringSaysPeerOfWhatHasDatagrams(t *testing.T) {
	for _, k := range []Kind{Datagram, DatagramUnsent, Undelivered, Fault, Note} {
		rec := record.New(Header{Network: "made up"}, 0)
		rec.Add(Event{Conn: 12, Kind: Accept, Peer: "a:1"})
		rec.Add(Event{Conn: 12, Direction: ToClient, Kind: k, Offset: 1, Peer: "a:1"})
		text := rec.Snapshot().String()
		wantText(t, text, "12 peers, 2 events\n", "peer 12             accept    a:1\n", "peer 12  client <-  "+k.String())
		if e := rec.Snapshot().Faults(); len(e) > 0 && !strings.Contains(e[0].String(), "peer 12 ") {
			t.Errorf("the event alone is %q", e[0])
		}
	}
}
