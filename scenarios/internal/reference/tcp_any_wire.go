package reference

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// StaysBroken breaks SurvivesAnyWire: it takes the first error of a server for its last word, and never asks there
// again.
func StaysBroken(want string, within time.Duration) scenarios.TCPClient {
	c := OneTryTCPClient(want, within)
	c.Open = nil
	type server struct {
		network scenarios.Network
		addr    string
	}
	var gone sync.Map // of servers
	do := c.Do
	c.Do = func(ctx context.Context, addr string) (string, error) {
		srv := server{scenarios.NetworkOf(ctx), addr}
		if err, ok := gone.Load(srv); ok {
			return "", err.(error)
		}
		answer, err := do(ctx, addr)
		if err != nil {
			gone.Store(srv, err)
		}
		return answer, err
	}
	return c
}

// WantsAllAtOnce breaks SurvivesAnyWire: it reports a reply that does not come in one Read.
func WantsAllAtOnce(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		p := make([]byte, 1024)
		n, err := conn.Read(p)
		if line := string(p[:n]); err != nil || strings.HasSuffix(line, "\n") {
			return line, err
		}
		return "", errors.New("that is no line")
	})
}

// PanicsAtHalf breaks SurvivesAnyWire: it takes a reply apart before it looks whether all of it has come.
func PanicsAtHalf(want string, within time.Duration) scenarios.TCPClient {
	return brokenTCP(want, within, within, func(conn net.Conn) (string, error) {
		p := make([]byte, len(want)+1)
		n, err := io.ReadFull(conn, p)
		if line := p[:n]; line[len(want)] == '\n' {
			return want, nil
		}
		return "", err
	})
}
