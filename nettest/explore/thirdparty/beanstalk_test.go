package thirdparty_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/beanstalkd/go-beanstalk"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "go-beanstalk",
	Module: "github.com/beanstalkd/go-beanstalk",
	Config: explore.Config{Handler: beanstalkd, Within: within, OneConn: true},
	Body:   beanstalkBody,
})

// beanstalkBody puts a job, takes one and deletes it. The client sets no deadlines: the connection that it is given does, for
// each step.
func beanstalkBody(_ context.Context, w *explore.Wire) error {
	var c *beanstalk.Conn
	var renew func(ctx context.Context)
	_, err := w.Do("open", func(ctx context.Context) (any, error) {
		conn, err := w.DialContext(ctx, "tcp", "beanstalk.test:11300")
		if err != nil {
			return nil, err
		}
		renew = func(ctx context.Context) { conn.SetDeadline(deadline(ctx)) }
		renew(ctx)
		c = beanstalk.NewConn(conn)
		return nil, nil
	})
	if err != nil {
		return err
	}
	defer c.Close()
	w.Do("put", func(ctx context.Context) (any, error) {
		renew(ctx)
		return c.Put([]byte("pick apples"), 1, 0, time.Minute)
	})
	for range 2 {
		w.Do("reserve", func(ctx context.Context) (any, error) {
			renew(ctx)
			id, body, err := c.Reserve(time.Second)
			return fmt.Sprintf("%d %q", id, body), err
		})
	}
	w.Do("stats", func(ctx context.Context) (any, error) {
		renew(ctx)
		return c.Stats()
	})
	w.Do("delete", func(ctx context.Context) (any, error) {
		renew(ctx)
		return nil, c.Delete(1)
	})
	return nil
}

// beanstalkd is a queue whose first job is always there.
var beanstalkd = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil
		}
		answer := "UNKNOWN_COMMAND\r\n"
		switch words := strings.Fields(line); {
		case len(words) == 5 && words[0] == "put":
			n, _ := strconv.Atoi(words[4])
			if _, err := r.Discard(n + len("\r\n")); err != nil {
				return nil
			}
			answer = "INSERTED 1\r\n"
		case len(words) == 2 && words[0] == "reserve-with-timeout":
			answer = "RESERVED 1 11\r\npick apples\r\n"
		case len(words) == 1 && words[0] == "stats":
			answer = "OK 37\r\n---\ncurrent-jobs: 1\ntotal-jobs: 1234\n\r\n"
		case len(words) == 2 && words[0] == "delete":
			answer = "DELETED\r\n"
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return err
		}
	}
})

// deadline returns when a context ends.
func deadline(ctx context.Context) time.Time {
	at, _ := ctx.Deadline()
	return at
}
