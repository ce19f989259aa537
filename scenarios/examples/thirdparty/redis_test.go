package thirdparty_test

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeTCPClient("go-redis", redisClient, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.ReportsReset, scenarios.ReportsRefused, scenarios.SaysSoWhileRefused, scenarios.NoDialStorm, scenarios.SurvivesCorruptReply,
	scenarios.HonorsDeadline, scenarios.TriesAgainAfterReset, scenarios.TriesAgainAfterRestart, scenarios.WorksAgainAfterCutReply, scenarios.NoticesIdleClose,
	scenarios.SendsRequestAgain, scenarios.KeepsAnswersApart, scenarios.LeavesNothingBehind, scenarios.SurvivesAnyWire))

// redisClient asks for keys, with a client that keeps a pool of connections.
func redisClient() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: keys, Want: "key 1", Within: within, Open: func(ctx context.Context, addr string) (scenarios.Session, error) {
		c := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true, Dialer: scenarios.NetworkOf(ctx).DialContext})
		return scenarios.Session{Close: c.Close, Ask: func(ctx context.Context, n int) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, within)
			defer cancel()
			return c.Get(ctx, "key "+strconv.Itoa(n)).Result()
		}}, nil
	}}
}
