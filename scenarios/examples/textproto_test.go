package examples_test

import (
	"context"
	"net/textproto"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeTCPClient("net/textproto", textprotoClient, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsRefused, scenarios.SaysSoWhileRefused, scenarios.NoDialStorm))

// textprotoClient asks on a connection that it keeps.
func textprotoClient() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: nods, Want: "NOOP 1", Within: soon, Open: func(_ context.Context, addr string) (scenarios.Session, error) {
		c, err := textproto.Dial("tcp", addr)
		return scenarios.Session{Close: c.Close, Ask: func(_ context.Context, n int) (string, error) {
			if err := c.PrintfLine("NOOP %d", n); err != nil {
				return "", err
			}
			_, answer, err := c.ReadResponse(250)
			return answer, err
		}}, err
	}}
}
