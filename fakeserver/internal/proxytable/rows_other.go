package proxytable

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// others are the rows that have one form.
var others = []Row{
	{
		Name: "the client connects and closes at once",
		Must: "The server gets a connection, and reads EOF.",
		Why:  "Health checks and port scans do that all day; one that is never told waits for its first byte.",
		play: func(s *scene) {
			s.begin()
			s.dial().close()
			s.accept().wantEOF()
		},
	},
	{
		Name: "the server accepts and closes at once",
		Must: "The client reads EOF, not ECONNRESET, and nothing before it.",
		Why:  "A server at its limit of connections does that, and what the client says of it depends on which of the two it is.",
		play: func(s *scene) {
			s.begin()
			client := s.dial()
			s.accept().close()
			client.wantEOF()
		},
	},
	{
		Name: "both half-close at once",
		Must: "Both read all that the other sent, and then EOF.",
		Why:  "The second FIN finds a proxy that has taken the first one for the end.",
		play: func(s *scene) {
			s.begin()
			client, server := s.open("client")
			half := func(e *end) func() { return func() { e.send(small); e.closeWrite() } }
			s.together(half(client), half(server))
			read := func(e *end) func() { return func() { e.want(small); e.wantEOF() } }
			s.together(read(client), read(server))
		},
	},
	{
		Name: "10 MiB both ways at once",
		Must: "Both read every byte of the other, in order, and then EOF.",
		Why:  "Lost, doubled or changed bytes show up in volume first, and one direction that waits for the other in both.",
		play: func(s *scene) {
			s.begin()
			client, server := s.open("client")
			const much = 10 << 20
			send := func(e *end) func() { return func() { e.send(much); e.closeWrite() } }
			read := func(e *end) func() { return func() { e.want(much); e.wantEOF() } }
			s.together(send(client), read(client), send(server), read(server))
		},
	},
	{
		Name: "idle, and then used",
		Must: "A connection on which nothing happens is still there, and carries the next bytes both ways.",
		Why:  "Pools and push channels lie idle most of their lives.",
		play: func(s *scene) {
			s.begin()
			client, server := s.open("client")
			exchange := func() { client.send(small); server.want(small); server.send(small); client.want(small) }
			exchange()
			s.idle()
			exchange()
		},
	},
	{
		Name:       "one of three is reset",
		Must:       "The client that resets is one of three: the two others carry bytes both ways afterwards, and a fourth can connect.",
		Why:        "What one connection does to a proxy must not be done to its neighbors.",
		NeedsReset: true,
		play:       oneOfThree,
	},
	{
		Name:       "the upstream refuses",
		Must:       "The client's dial is refused, or its Read gives ECONNRESET: nothing that looks like an orderly end.",
		Why:        "Accepted and then EOF is what an empty answer looks like; whoever tests \"the database is down\" with that tests something else.",
		NeedsReset: true,
		play:       refused,
	},
}

func oneOfThree(s *scene) {
	s.begin()
	var clients, servers [3]*end
	for i := range clients {
		clients[i], servers[i] = s.open("client")
	}
	clients[1].reset()
	servers[1].wantEnd()
	fourth, its := s.open("client")
	for _, pair := range [][2]*end{{clients[0], servers[0]}, {clients[2], servers[2]}, {fourth, its}} {
		pair[0].send(small)
		pair[1].want(small)
		pair[1].send(small)
		pair[0].want(small)
	}
}

func refused(s *scene) {
	upstream, release, err := s.Refuses()
	if err != nil {
		s.fail(fmt.Errorf("%w: %w", ErrSetup, err))
		return
	}
	s.closing = append(s.closing, release)
	s.beginProxy(upstream)
	if s.failed() {
		return
	}
	ctx, cancel := s.patient()
	defer cancel()
	conn, err := s.Dial(ctx, s.address)
	if err != nil {
		if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ECONNRESET) {
			s.saw("", "the client's dial gives %s, want ECONNREFUSED", outcome(err))
		}
		return
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(s.Patience))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		s.saw("", "the client is accepted, and its Read gives %s, want ECONNRESET", outcome(err))
	}
}
