package forms_test

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// byHand returns recordings of what a server seldom records, and of each the part since each event.
func byHand() map[string]transcript.Recording {
	all := map[string]transcript.Recording{"empty": {}}
	for _, limit := range []int64{0, 12, -1} {
		for _, network := range []string{"tcp", "udp"} {
			r := transcripttest.New(transcript.Header{Name: "by hand", Network: network, Address: "127.0.0.1:4242", Start: time.Now()}, limit)
			r.Add(map[string][]transcript.Event{"tcp": stream(1), "udp": peer(1)}[network]...)
			t := r.Transcript()
			for seq := range int64(t.Len()) + 1 {
				all[fmt.Sprintf("%s, limit %d, after %d", network, limit, seq)] = transcript.Recording{Transcript: t.After(seq).WithRedactor(redact)}
			}
		}
	}
	return all
}

// stream returns the events of a connection that has some of each kind.
func stream(n int) []transcript.Event {
	in, out := transcript.FromClient, transcript.ToClient
	return []transcript.Event{
		{Conn: n, Kind: transcript.Accept, Peer: fmt.Sprintf("127.0.0.1:%d", 5000+n)},
		{Conn: n, Kind: transcript.Fault, Rule: "late"},
		{Conn: n, Direction: in, Kind: transcript.Data, Data: []byte("GET " + secret)},
		{Conn: n, Direction: out, Kind: transcript.Fault, Offset: 2, Rule: "flip", Text: "bit 1 flipped"},
		{Conn: n, Direction: out, Kind: transcript.Data, Data: []byte("got ")},
		{Conn: n, Direction: out, Kind: transcript.Data, Data: []byte(secret)},
		{Kind: transcript.Refused, Text: "down: refusing connections"},
		{Conn: n, Direction: out, Kind: transcript.Unsent, Offset: 3, Count: 8},
		{Conn: n, Direction: out, Kind: transcript.Data, Data: []byte("again")},
		{Conn: n, Direction: out, Kind: transcript.FIN},
		{Conn: n, Direction: out, Kind: transcript.FINUnsent, Offset: 16},
		{Conn: n, Kind: transcript.Error, Text: "handler: " + secret},
		{Conn: n, Direction: in, Kind: transcript.Unread, Offset: 11, Count: 3},
		{Conn: n, Direction: in, Kind: transcript.Discarded, Data: []byte("more")},
		{Conn: n, Direction: in, Kind: transcript.FIN},
		{Kind: transcript.Error, Text: "accept: no files left"},
		{Conn: n, Direction: out, Kind: transcript.RST, Count: 2},
		{Conn: n, Kind: transcript.Close},
		{Conn: n, Kind: transcript.Note, Rule: "late", Text: "released"},
	}
}

// peer returns the events of a peer that has some of each kind.
func peer(n int) []transcript.Event {
	in, out, addr := transcript.FromClient, transcript.ToClient, fmt.Sprintf("127.0.0.1:%d", 5000+n)
	return []transcript.Event{
		{Conn: n, Kind: transcript.Accept, Peer: addr},
		{Conn: n, Direction: in, Kind: transcript.Datagram, Peer: addr, Data: []byte("of " + secret)},
		{Conn: n, Direction: in, Kind: transcript.Datagram, Peer: addr, Data: []byte{}},
		{Conn: n, Direction: out, Kind: transcript.Fault, Offset: 1, Peer: addr, Rule: "lost", Text: "lost"},
		{Conn: n, Direction: out, Kind: transcript.Datagram, Peer: addr, Data: []byte("to " + secret)},
		{Conn: n, Direction: out, Kind: transcript.DatagramUnsent, Offset: 1, Peer: addr},
		{Kind: transcript.Refused, Text: "down: refusing datagrams"},
		{Conn: n, Direction: out, Kind: transcript.Datagram, Peer: addr, Data: []byte("again")},
		{Conn: n, Direction: out, Kind: transcript.Undelivered, Offset: 3, Count: 2, Peer: addr, AtClose: true},
		{Kind: transcript.Drop, Count: 7},
		{Conn: n, Kind: transcript.Error, Text: "handler: " + secret},
	}
}
