package inmemory

import (
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
	"github.com/fakewire/fakewire/nettest/match"
)

// conns is how many connections the records have.
const conns = 10_000

// A recorded record is one with a mark after its first connection.
type recorded struct {
	*transcripttest.Record
	mark transcript.Mark
}

// streams is a record in which each client sent a line, and got one.
var streams = sync.OnceValue(func() recorded {
	r := recorded{Record: transcripttest.New(transcript.Header{Name: "pinger", Network: "tcp", Address: "127.0.0.1:4242"}, 0)}
	for n := 1; n <= conns; n++ {
		r.Add(transcript.Event{Conn: n, Kind: transcript.Accept, Peer: "127.0.0.1:50000"})
		r.Add(transcript.Event{Conn: n, Direction: transcript.FromClient, Kind: transcript.Data, Data: fmt.Appendf(nil, "ping %d\n", n)})
		r.Add(transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: transcript.Data, Data: []byte("pong\n")})
		r.Add(transcript.Event{Conn: n, Direction: transcript.FromClient, Kind: transcript.FIN})
		r.Add(transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: transcript.FIN})
		r.Add(transcript.Event{Conn: n, Kind: transcript.Close})
		if n == 1 {
			r.mark = r.Transcript().Mark()
		}
	}
	return r
})

// packets is one in which each peer sent a datagram, and got two.
var packets = sync.OnceValue(func() recorded {
	r := recorded{Record: transcripttest.New(transcript.Header{Name: "pinger", Network: "udp", Address: "127.0.0.1:4242"}, 0)}
	for n := 1; n <= conns; n++ {
		peer := fmt.Sprintf("127.0.0.1:%d", 50_000+n)
		r.Add(transcript.Event{Conn: n, Kind: transcript.Accept, Peer: peer})
		r.Add(transcript.Event{Conn: n, Direction: transcript.FromClient, Kind: transcript.Datagram, Peer: peer, Data: fmt.Appendf(nil, "ping %d", n)})
		for range 2 {
			r.Add(transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: transcript.Datagram, Peer: peer, Data: []byte("pong")})
		}
		if n == 1 {
			r.mark = r.Transcript().Mark()
		}
	}
	return r
})

// matchersOf returns matchers that go through a whole record. All of them fail.
func matchersOf(mark transcript.Mark) map[string]types.GomegaMatcher {
	return map[string]types.GomegaMatcher{
		"HaveReceived":            match.HaveReceived("nope"),
		"HaveReceived OnConn":     match.HaveReceived("nope").OnConn(4),
		"HaveReceived expression": match.HaveReceived(regexp.MustCompile("nope$")),
		"HaveReceived matcher":    match.HaveReceived(gomega.Equal("nope")),
		"HaveReceived Since":      match.HaveReceived("nope").Since(mark),
		"HaveSent":                match.HaveSent("nope"),
		"HaveDiscarded":           match.HaveDiscarded("nope"),
		"HaveConns":               match.HaveConns(7),
		"HaveConns Since":         match.HaveConns(7).Since(mark),
	}
}

// slowestOfStreams returns how many milliseconds the slowest matcher takes with a record of streams, with all that an assertion asks.
func slowestOfStreams() (float64, error) {
	all := matchersOf(streams().mark)
	all["HaveEnded"] = match.HaveEnded(transcript.ByRST)
	all["HaveEnded Since"] = match.HaveEnded(transcript.ByRST).Since(streams().mark)
	all["HaveEnded ToClient"] = match.HaveEnded(transcript.ByRST).ToClient()
	return slowest(streams(), all)
}

// slowestOfPackets returns the same with one of datagrams.
func slowestOfPackets() (float64, error) {
	all := matchersOf(packets().mark)
	all["HaveReceivedDatagram"] = match.HaveReceivedDatagram("nope")
	all["HaveReceivedDatagram Times"] = match.HaveReceivedDatagram(gomega.HavePrefix("ping")).Times(7)
	all["HaveSentDatagram"] = match.HaveSentDatagram("nope")
	return slowest(packets(), all)
}

func slowest(actual recorded, all map[string]types.GomegaMatcher) (float64, error) {
	most := time.Duration(0)
	for name, m := range all {
		began := time.Now()
		if ok, err := m.Match(actual); ok || err != nil {
			return 0, fmt.Errorf("%s: Match = %t, %w, want false", name, ok, err)
		}
		types.MatchMayChangeInTheFuture(m, actual)
		m.FailureMessage(actual)
		most = max(most, time.Since(began))
	}
	return float64(most) / float64(time.Millisecond), nil
}
