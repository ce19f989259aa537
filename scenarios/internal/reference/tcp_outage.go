package reference

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// AskError asks for what its server calls an error, and returns that.
func (c *lineClient) AskError(ctx context.Context) error {
	said, err := askError(ctx, c)
	if err != nil && c.flaws.givesUp {
		c.Close()
	}
	return errors.Join(said, err)
}

// askError returns the server's error, and why there is none.
func askError(ctx context.Context, c lineAsker) (said, err error) {
	line, err := c.Ask(ctx, "error\n")
	if err != nil {
		return nil, err
	}
	return errors.New("the server says: " + line), nil
}

// GivesUpAfterError breaks WorksAgainAfterCutReply, but only where the reply is the server's error: it
// takes the server for one that can't be used.
func GivesUpAfterError(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{givesUp: true})
}

// Remembers breaks SaysSoWhileRefused: when it can't ask, it returns what it was told before.
func Remembers(want string, within time.Duration) scenarios.TCPClient {
	c := TCPClient(want, within)
	open := c.Open
	c.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		ask := s.Ask
		var known sync.Map
		s.Ask = func(ctx context.Context, n int) (string, error) {
			answer, err := ask(ctx, n)
			if err == nil {
				known.Store(n, answer)
			} else if old, ok := known.Load(n); ok {
				return old.(string), nil
			}
			return answer, err
		}
		return s, err
	}
	return c
}

// TriesOnAtOnce breaks NoDialStorm: until its deadline it connects again as soon as its
// connection is lost.
func TriesOnAtOnce(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1<<30, flaws{})
}
