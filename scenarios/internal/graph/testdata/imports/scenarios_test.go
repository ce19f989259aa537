package client_test

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/scenarios"

	"example.com/service/client"
)

var _ = scenarios.DescribeTCPClient("the service's client", func() scenarios.TCPClient {
	return scenarios.TCPClient{
		Do:     func(_ context.Context, addr string) (string, error) { return client.Ask(addr, "hello") },
		Want:   "hello\n",
		Within: time.Second,
	}
}, scenarios.Keeps(scenarios.ReassemblesSplitReplies))
