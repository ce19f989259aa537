package reference

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// FailoverTCPClient returns a client of two servers that keeps every promise except
// SendsRequestOnce: it asks the one that answered last, for half of its time, and if it gets no
// answer, the other.
func FailoverTCPClient(want string, within time.Duration) scenarios.TCPClient {
	return failoverSubject(want, within, nil, func(error) bool { return true })
}

// CarefulFailoverTCPClient returns FailoverTCPClient without a second request: it asks the other
// server only if it had not come to asking the first. It keeps SendsRequestOnce, and can't keep
// FailsOverWhenUnanswered and what is about asking again.
func CarefulFailoverTCPClient(want string, within time.Duration) scenarios.TCPClient {
	return failoverSubject(want, within, nil, isUnsent)
}

// LogsInWithFailover returns CarefulFailoverTCPClient for a server that greets, and wants a login.
func LogsInWithFailover(want string, within time.Duration) scenarios.TCPClient {
	return withLogin(failoverSubject(want, within, login, isUnsent))
}

// GoesOnIfRefused breaks FailsOver where connects get no answer, and all of
// FailsOverWhenUnanswered: it tries the next server only where one refuses.
func GoesOnIfRefused(want string, within time.Duration) scenarios.TCPClient {
	return failoverSubject(want, within, nil, wasRefused)
}

// GoesOnIfDialFails breaks FailsOver where a server says nothing more before the request: that it
// has connected is enough for it.
func GoesOnIfDialFails(want string, within time.Duration) scenarios.TCPClient {
	return withLogin(failoverSubject(want, within, login, func(err error) bool {
		op, ok := errors.AsType[*net.OpError](err)
		return ok && op.Op == "dial"
	}))
}

// GoesOnIfLost breaks FailsOverWhenUnanswered where no answer comes: a server that says nothing has
// not failed yet.
func GoesOnIfLost(want string, within time.Duration) scenarios.TCPClient {
	return failoverSubject(want, within, nil, func(err error) bool { return isUnsent(err) || wasLost(err) })
}

// AsksFirstOnly breaks FailsOver: what comes after the first address is no concern of its.
func AsksFirstOnly(want string, within time.Duration) scenarios.TCPClient {
	return KnowsOne(TCPClient(want, within), First)
}

// TakesTurns breaks FailsOver: each exchange has the server whose turn it is, and no other.
func TakesTurns(want string, within time.Duration) scenarios.TCPClient {
	var turns atomic.Int64
	return KnowsOne(TCPClient(want, within), func(_ context.Context, addrs []string) string {
		return addrs[int(turns.Add(1))%len(addrs)]
	})
}

// StaysWithItsChoice breaks FailsOver in a session: it takes the first server that it can connect
// to, and keeps to it.
func StaysWithItsChoice(want string, within time.Duration) scenarios.TCPClient {
	c := KnowsOne(TCPClient(want, within/2), func(ctx context.Context, addrs []string) string {
		for _, addr := range addrs {
			if conn, err := dial(ctx, "tcp", addr, within/4); err == nil {
				conn.Close()
				return addr
			}
		}
		return addrs[0]
	})
	c.Within = within
	return c
}

// First returns the first address.
func First(_ context.Context, addrs []string) string { return addrs[0] }

// Last returns the last address.
func Last(_ context.Context, addrs []string) string { return addrs[len(addrs)-1] }

// KnowsOne returns c with two servers, of which it uses the one that choose returns.
func KnowsOne(c scenarios.TCPClient, choose func(ctx context.Context, addrs []string) string) scenarios.TCPClient {
	c.Servers = 2
	c.Do, c.Open, c.Large = withOne(c.Do, choose), withOne(c.Open, choose), withOne(c.Large, choose)
	return c
}

// withOne returns f for one of several addresses.
func withOne[T any](f func(ctx context.Context, addr string) (T, error), choose func(ctx context.Context, addrs []string) string) func(context.Context, string) (T, error) {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, addrs string) (T, error) {
		return f(ctx, choose(ctx, strings.Split(addrs, ",")))
	}
}

// A failover asks one of several clients, each with a server of its own.
type failover struct {
	clients []*lineClient
	goesOn  func(err error) bool // to the next client, after that error
	current atomic.Int64         // the index of the one that answered last
}

// failoverSubject makes a subject of failovers, whose clients talk to their servers by setUp before the
// first request. goesOn reports for which errors it goes on.
func failoverSubject(want string, within time.Duration, setUp func(*lineConn) error, goesOn func(error) bool) scenarios.TCPClient {
	c := lineSubject(want, within, func(addrs string) lineAsker {
		f := &failover{goesOn: goesOn}
		all := strings.Split(addrs, ",")
		for _, addr := range all {
			c := newLineClient(addr, within/time.Duration(len(all)), 1, flaws{})
			c.setUp = setUp
			f.clients = append(f.clients, c)
		}
		return f
	})
	c.Servers = 2
	return c
}

// Ask is lineClient's.
func (f *failover) Ask(ctx context.Context, request string) (answer string, err error) {
	err = f.try(ctx, func(c *lineClient) error {
		answer, err = c.Ask(ctx, request)
		return err
	})
	return answer, err
}

// AskAll is lineClient's.
func (f *failover) AskAll(ctx context.Context, requests []string) (answers []string, err error) {
	err = f.try(ctx, func(c *lineClient) error {
		answers, err = c.AskAll(ctx, requests)
		return err
	})
	return answers, err
}

// AskError is lineClient's.
func (f *failover) AskError(ctx context.Context) error {
	said, err := askError(ctx, f)
	return errors.Join(said, err)
}

// Close closes all clients.
func (f *failover) Close() error {
	var errs []error
	for _, c := range f.clients {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// try lets one client ask, and as long as that fails and it goes on, the next.
func (f *failover) try(ctx context.Context, ask func(c *lineClient) error) error {
	for tried := 1; ; tried++ {
		now := f.current.Load()
		c := f.clients[now]
		err := ask(c)
		if err == nil || tried == len(f.clients) || ctx.Err() != nil || c.life.Err() != nil || !f.goesOn(err) {
			return err
		}
		f.current.CompareAndSwap(now, (now+1)%int64(len(f.clients)))
	}
}

func isUnsent(err error) bool {
	_, is := errors.AsType[unsent](err)
	return is
}

func wasRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
