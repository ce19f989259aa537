package thirdparty_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "gomemcache",
	Module: "github.com/bradfitz/gomemcache",
	Config: explore.Config{NewHandler: newMemcached, Within: within},
	Body:   memcacheBody,
})

// memcacheBody sets, gets and counts by a client that keeps idle connections. The client has a timeout and no contexts.
func memcacheBody(_ context.Context, w *explore.Wire) error {
	servers := new(memcache.ServerList)
	if err := servers.SetServers("127.0.0.1:11211"); err != nil {
		return err
	}
	c := memcache.NewFromSelector(servers)
	c.DialContext, c.Timeout = w.DialContext, within/2
	defer c.Close()
	get := func(key string) {
		w.Do("get", func(context.Context) (any, error) {
			item, err := c.Get(key)
			if err != nil {
				return nil, err
			}
			return item.Value, nil
		})
	}
	w.Do("set", func(context.Context) (any, error) {
		return nil, c.Set(&memcache.Item{Key: "fruit", Value: []byte("apples")})
	})
	get("fruit")
	w.Do("increment", func(context.Context) (any, error) { return c.Increment("sold", 1) })
	w.Do("get several", func(context.Context) (any, error) {
		items, err := c.GetMulti([]string{"fruit", "trees"})
		return fmt.Sprint(len(items)), err
	})
	get("trees")
	return nil
}

// newMemcached returns a memcached that knows get, gets, set and incr. A key's value is its name, whatever was set.
func newMemcached() fakeserver.Handler {
	var count counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		for r := bufio.NewReader(c); ; {
			line, err := r.ReadString('\n')
			if err != nil {
				return nil
			}
			answer, err := count.memcached(r, strings.Fields(line))
			if err != nil {
				return nil
			}
			if _, err := io.WriteString(c, answer); err != nil {
				return err
			}
		}
	})
}

// memcached answers a command, whose data it reads.
func (c *counts) memcached(r *bufio.Reader, words []string) (string, error) {
	switch {
	case len(words) > 1 && (words[0] == "get" || words[0] == "gets"):
		var b strings.Builder
		for _, key := range words[1:] {
			fmt.Fprintf(&b, "VALUE %s 0 %d 1\r\n%s\r\n", key, len(key), key)
		}
		return b.String() + "END\r\n", nil
	case len(words) == 5 && words[0] == "set":
		n, err := strconv.Atoi(words[4])
		if err != nil {
			return "CLIENT_ERROR bad data chunk\r\n", nil
		}
		_, err = r.Discard(n + len("\r\n"))
		return "STORED\r\n", err
	case len(words) == 3 && words[0] == "incr":
		return fmt.Sprintf("%d\r\n", c.add(words[1])), nil
	}
	return "ERROR\r\n", nil
}
