package benchwork

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Queries are all that a record can be asked.
var Queries = map[string]func(t transcript.Transcript){
	"FromClient":           func(t transcript.Transcript) { t.FromClient() },
	"ToClient":             func(t transcript.Transcript) { t.ToClient() },
	"Lines":                func(t transcript.Transcript) { t.Lines() },
	"Datagrams FromClient": func(t transcript.Transcript) { t.Datagrams(transcript.FromClient) },
	"Datagrams ToClient":   func(t transcript.Transcript) { t.Datagrams(transcript.ToClient) },
	"Omitted":              func(t transcript.Transcript) { t.Omitted(transcript.FromClient) },
	"Canonical":            func(t transcript.Transcript) { t.Canonical() },
	"String":               func(t transcript.Transcript) { _ = t.String() },
	"Kind, and all of that": func(t transcript.Transcript) {
		t.Kind(transcript.Data).FromClient()
		t.Kind(transcript.Datagram).Datagrams(transcript.ToClient)
	},
	"each connection":              eachConn,
	"each connection since a mark": sinceMark,
	"each connection of a part":    func(t transcript.Transcript) { eachConn(t.Kind(transcript.Data)) },
	"Received":                     func(t transcript.Transcript) { t.Received("nope"); t.Sent("nope") },
	"Diff":                         func(t transcript.Transcript) { transcript.Diff(t, t.After(1)) },
	"Diff, but for numbers": func(t transcript.Transcript) {
		transcript.Diff(t, t.After(1), transcript.Ignore{Pattern: regexp.MustCompile(`\d+`), From: 2, To: 4})
	},
}

func eachConn(t transcript.Transcript) {
	for n := 1; n <= t.Conns(); n++ {
		c := t.Conn(n)
		c.FromClient()
		c.Ending(transcript.ToClient)
	}
}

func sinceMark(t transcript.Transcript) {
	t = t.Since(transcript.Mark{}).After(int64(t.Len() / 2))
	eachConn(t)
	t.Canonical()
}

// Records are records of as many connections, or peers, to be asked.
var Records = map[string]func(conns int) *record.Recorder{"streams": streamsOf, "datagrams": packetsOf}

// streamsOf returns the record of conns connections that each sent a line and got one.
func streamsOf(conns int) *record.Recorder {
	rec := record.New(transcript.Header{Name: "test", Network: "tcp", Address: "127.0.0.1:1"}, 0)
	for n := 1; n <= conns; n++ {
		in, out := rec.Lane(n, transcript.FromClient), rec.Lane(n, transcript.ToClient)
		rec.Add(transcript.Event{Conn: n, Kind: transcript.Accept, Peer: "127.0.0.1:" + strconv.Itoa(n)})
		in.Append(transcript.Data, fmt.Appendf(nil, "ping %d\n", n))
		out.Append(transcript.Data, fmt.Appendf(nil, "pong %d\n", n))
		in.Add(transcript.Event{Kind: transcript.FIN})
		out.Add(transcript.Event{Kind: transcript.FIN})
		rec.Add(transcript.Event{Conn: n, Kind: transcript.Close})
	}
	return rec
}

// packetsOf returns the record of as many peers that each sent a datagram and got two, of
// which the socket refused one.
func packetsOf(peers int) *record.Recorder {
	rec := record.New(transcript.Header{Name: "test", Network: "udp", Address: "127.0.0.1:1"}, 0)
	in, out := rec.Lane(0, transcript.FromClient), rec.Lane(0, transcript.ToClient)
	for n := 1; n <= peers; n++ {
		addr := "127.0.0.1:" + strconv.Itoa(n)
		rec.Add(transcript.Event{Conn: n, Kind: transcript.Accept, Peer: addr})
		in.Datagram(n, addr, 1, []byte("ping"))
		out.Datagram(n, addr, 1, []byte("pong"))
	}
	for n := 1; n <= peers; n++ { // far from what they are about
		addr := "127.0.0.1:" + strconv.Itoa(n)
		out.Datagram(n, addr, 2, []byte("too long"))
		rec.Add(transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: transcript.DatagramUnsent, Offset: 2, Peer: addr})
	}
	return rec
}

// queryFigures are how long the slowest query takes of a record that has not been asked before.
var queryFigures = []Figure{queryFigure("QueryStreams", "streams"), queryFigure("QueryDatagrams", "datagrams")}

func queryFigure(name, medium string) Figure {
	return Figure{
		Name: name, What: "the slowest query of 10,000 connections, " + medium, Unit: "ms", Times: 9,
		Measure: func() (float64, error) {
			took := SlowestQuery(Records[medium], 10_000)
			return float64(took.Microseconds()) / 1000, nil
		},
		Goal: AtMost(100),
	}
}

// SlowestQuery returns how long the slowest of Queries takes, each asked of a new record of conns connections.
func SlowestQuery(recordOf func(conns int) *record.Recorder, conns int) (slowest time.Duration) {
	for _, ask := range Queries {
		t := recordOf(conns).Snapshot()
		began := time.Now()
		ask(t)
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}
