package scenarios

import (
	"fmt"
	"iter"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// records are what each of a client's servers has recorded, in the servers' order. They are a
// history: its connections are those of the first server, then those of the second, and so on.
// So their numbers change as more come, and those of a connOf don't.
type records []transcript.Transcript

// A connOf is a connection, or peer, of one of a client's servers.
type connOf struct {
	server int // its index
	n      int // the connection's number there
}

// Conns returns how many connections or peers there were.
func (r records) Conns() (sum int) {
	for _, t := range r {
		sum += t.Conns()
	}
	return sum
}

// Conn returns the nth connection or peer.
func (r records) Conn(n int) transcript.Transcript {
	for _, t := range r {
		if n <= t.Conns() {
			return t.Conn(n)
		}
		n -= t.Conns()
	}
	return transcript.Transcript{}
}

// All returns the events of one server after those of the other.
func (r records) All() iter.Seq[transcript.Event] {
	return func(yield func(transcript.Event) bool) {
		for _, t := range r {
			for e := range t.All() {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// each returns the connections.
func (r records) each() iter.Seq2[connOf, transcript.Transcript] {
	return func(yield func(connOf, transcript.Transcript) bool) {
		for server, t := range r {
			for n := 1; n <= t.Conns(); n++ {
				if !yield(connOf{server, n}, t.Conn(n)) {
					return
				}
			}
		}
	}
}

// of returns the events of a connection. It is empty as long as there is no such connection.
func (r records) of(c connOf) transcript.Transcript { return r[c.server].Conn(c.n) }

// mostDials returns how many connections came to one server at most in a stretch of d.
func (r records) mostDials(d time.Duration) (most int) {
	for _, t := range r {
		most = max(most, subject.MostDials(t, d))
	}
	return most
}

// has reports whether there is such a connection.
func (r records) has(c connOf) bool { return c.n <= r[c.server].Conns() }

// mostSent returns how many bytes clients sent to the server to which they sent the most.
func (r records) mostSent() (most int64) {
	for _, t := range r {
		most = max(most, clientsSent(t))
	}
	return most
}

// busiest returns the index of the server that sent the most on one connection, which is the one
// that answered.
func (r records) busiest() (server int) {
	var most int64
	for c, t := range r.each() {
		if sent := serverSent(t); sent > most {
			server, most = c.server, sent
		}
	}
	return server
}

// name is what messages call a connection.
func (r records) name(c connOf) string {
	if len(r) == 1 {
		return fmt.Sprintf("connection %d", c.n)
	}
	return fmt.Sprintf("connection %d of %s", c.n, r.server(c.server))
}

// server is what messages call the server with an index.
func (r records) server(i int) string {
	if len(r) == 1 {
		return "the server"
	}
	return fmt.Sprintf("server %d", i+1)
}
