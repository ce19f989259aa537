package peers

import (
	"github.com/alicebob/miniredis/v2/server"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// ping is a command that ours knows by its bytes, in a function or with a script, and miniredis's server package parses. It keeps no record.
var ping = talk{request: "*1\r\n$4\r\nPING\r\n", reply: "+PONG\r\n", begins: "+PONG", ends: "\r\n"}

var (
	miniredisLife = benchwork.Work{
		Name: "PeerMiniredisLife", What: "start, answer one PING, close everything", Baseline: "miniredis's server", Slice: 40,
		Raw: ping.lives(startMiniredis), Kit: ping.lives(ping.byHand), Goal: benchwork.AtMost(1),
	}
	miniredisPings = benchwork.Work{
		Name: "PeerMiniredis", What: "PING, answered by a script", Baseline: "miniredis's server", Slice: 500,
		Raw: ping.asks(startMiniredis), Kit: ping.asks(ping.ours), Goal: benchwork.AtMost(1),
	}
)

type redisServer struct{ *server.Server }

func startMiniredis() (benchwork.Target, error) {
	srv, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	err = srv.Register("PING", func(p *server.Peer, _ string, _ []string) { p.WriteInline("PONG") })
	if err != nil {
		srv.Close()
	}
	return redisServer{srv}, err
}

// Addr returns the address to dial.
func (s redisServer) Addr() string { return s.Server.Addr().String() }

// Close ends the server, and waits for its clients.
func (s redisServer) Close() error { s.Server.Close(); return nil }
