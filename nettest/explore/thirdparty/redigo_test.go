package thirdparty_test

import (
	"context"

	"github.com/gomodule/redigo/redis"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "redigo",
	Module: "github.com/gomodule/redigo",
	Config: explore.Config{NewHandler: newRedis, Within: within},
	Body:   redigoBody,
})

// redigoBody gets keys by a pool, whose connections log in and choose a database.
func redigoBody(_ context.Context, w *explore.Wire) error {
	pool := &redis.Pool{MaxIdle: 2, DialContext: func(ctx context.Context) (redis.Conn, error) {
		return redis.DialContext(ctx, "tcp", "redis.test:6379", redis.DialContextFunc(w.DialContext),
			redis.DialPassword("secret"), redis.DialDatabase(3), redis.DialReadTimeout(within/2), redis.DialWriteTimeout(within/2))
	}}
	defer pool.Close()
	do := func(name string, words ...any) {
		w.Do(name, func(ctx context.Context) (any, error) {
			conn, err := pool.GetContext(ctx)
			if err != nil {
				return nil, err
			}
			defer conn.Close()
			return redis.String(redis.DoContext(conn, ctx, name, words...))
		})
	}
	do("SET", "fruit", "apples")
	do("GET", "fruit")
	do("GET", "trees")
	do("GET", "fruit")
	return nil
}
