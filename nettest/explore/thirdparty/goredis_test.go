package thirdparty_test

import (
	"context"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "go-redis",
	Module: "github.com/redis/go-redis/v9",
	Config: explore.Config{NewHandler: newRedis, Within: within},
	Body:   goRedisBody,
	Finds: []known{{
		File: "wrong-answer-close-from-client-190", Verdict: "limitation",
		What:  "one Incr of a key that was never set returns 2, when the connection ends after the server has the command and before it answers",
		Why:   "shouldRetry (error.go) is true for io.EOF, and baseClient._process (redis.go) sends any command again, up to Options.MaxRetries (3 unless set; -1 turns it off), whether or not it can be done twice",
		Issue: "https://github.com/redis/go-redis/pull/1551",
	}},
	Not: []string{
		"A get whose answer was not what a set before it had set: the set had failed, and said so. Now no answer of the peer hangs on another step.",
		"AUTH, SELECT and GET that were sent twice, with the oracle for that on: a connection that is dialed again logs in again, and a get can be asked twice. The count of an Incr tells what matters, so that oracle is off, as it is by default.",
	},
})

// goRedisBody gets and counts by a pool of connections that log in. They speak the protocol's second version, and
// the server does not know HELLO. The pool has room for whatever dials are under way: a call that waits for its turn takes its timer
// from a sync.Pool of the whole program, and one of another bubble ends the program.
func goRedisBody(_ context.Context, w *explore.Wire) error {
	logging.Disable()
	c := redis.NewClient(&redis.Options{
		Addr: "redis.test:6379", Dialer: w.DialContext, DialTimeout: within / 2, Password: "secret", DB: 3, Protocol: 2, PoolSize: 50,
		ContextTimeoutEnabled: true, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	defer c.Close()
	w.Do("set", func(ctx context.Context) (any, error) { return c.Set(ctx, "fruit", "apples", 0).Result() })
	w.Do("get", func(ctx context.Context) (any, error) { return c.Get(ctx, "fruit").Result() })
	w.Do("incr", func(ctx context.Context) (any, error) { return c.Incr(ctx, "sold").Result() })
	w.Do("get", func(ctx context.Context) (any, error) { return c.Get(ctx, "trees").Result() })
	return nil
}
