package main

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Matches are found however a stream was cut, in each direction of each connection on its own; datagrams stand alone.
func TestMatcherPrintsMatches(t *testing.T) {
	var b strings.Builder
	m := matcher{w: &b, pattern: rematch.MustCompile(`GET /\w*`), of: "conn", sides: map[side]*found{}}
	up, down := transcript.FromClient, transcript.ToClient
	for _, e := range []transcript.Event{
		{Conn: 1, Direction: up, Kind: transcript.Data, Data: []byte("xGE")},
		{Conn: 2, Direction: up, Kind: transcript.Data, Data: []byte("T /no\n")},
		{Conn: 1, Direction: down, Kind: transcript.Data, Data: []byte("T /no\n")},
		{Conn: 1, Direction: up, Kind: transcript.Data, Data: []byte("T /a\nGET /b")},
		{Conn: 1, Kind: transcript.Close},
		{Conn: 3, Direction: up, Kind: transcript.Datagram, Data: []byte("GET /")},
		{Conn: 3, Direction: up, Kind: transcript.Datagram, Data: []byte("c")},
		{Conn: 3, Direction: up, Kind: transcript.Note, Text: "GET /"},
	} {
		if err := m.event(e); err != nil {
			t.Fatal(err)
		}
	}
	const want = "conn 1 client -> @1 \"GET /a\"\nconn 1 client -> @8 \"GET /b\"\nconn 3 client -> @0 \"GET /\"\n"
	if b.String() != want {
		t.Errorf("it prints\n%s\nwant\n%s", &b, want)
	}
}
