package reference

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// FailoverUDPClient returns a client of two servers that keeps every promise: it has a socket for
// each, and asks one after the other, twice, beginning with the one that answered last. One
// whose port is unreachable it does not wait for.
func FailoverUDPClient(want string, within time.Duration) scenarios.UDPClient {
	return failoverUDP(want, within, detours{})
}

// AsksFirstOnlyUDP breaks AsksAnotherServer: what comes after the first address is no concern
// of its.
func AsksFirstOnlyUDP(want string, within time.Duration) scenarios.UDPClient {
	return KnowsOneUDP(UDPClient(want, within), First)
}

// WaitsForFirstUDP breaks AsksAnotherServer where one says nothing: it gives each server the time
// that there is for all.
func WaitsForFirstUDP(want string, within time.Duration) scenarios.UDPClient {
	return failoverUDP(want, within, detours{slow: true})
}

// GivesUpIfUnreachableUDP breaks AsksAnotherServer where a port is unreachable: to it that is the
// answer.
func GivesUpIfUnreachableUDP(want string, within time.Duration) scenarios.UDPClient {
	return failoverUDP(want, within, detours{believes: true})
}

// StaysUDP breaks AsksAnotherServer in a session: a server that has answered once is the only one
// that it asks from then on.
func StaysUDP(want string, within time.Duration) scenarios.UDPClient {
	return failoverUDP(want, within, detours{stays: true})
}

// KnowsOneUDP is KnowsOne for UDP.
func KnowsOneUDP(c scenarios.UDPClient, choose func(ctx context.Context, addrs []string) string) scenarios.UDPClient {
	c.Servers = 2
	c.Do, c.Open = withOne(c.Do, choose), withOne(c.Open, choose)
	return c
}

// detours are bugs of a client that asks several servers.
type detours struct {
	slow     bool // gives one server all the time that there is
	believes bool // takes an unreachable port for the last word
	stays    bool // asks no other server once one has answered
}

func failoverUDP(want string, within time.Duration, d detours) scenarios.UDPClient {
	return scenarios.UDPClient{Servers: 2, Want: want, Within: within, Open: func(ctx context.Context, addrs string) (scenarios.Session, error) {
		r := &resolver{detours: d, within: within}
		for addr := range strings.SplitSeq(addrs, ",") {
			conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
			if err != nil {
				return scenarios.Session{}, errors.Join(err, r.close())
			}
			r.askers = append(r.askers, &asker{habits: habits{take: takeLine}, conn: conn})
		}
		return scenarios.Session{Ask: r.ask, Close: r.close}, nil
	}}
}

// A resolver asks several servers, each by an asker.
type resolver struct {
	detours
	askers   []*asker
	within   time.Duration
	asked    int  // requests
	current  int  // the index of the asker that was answered last
	answered bool // one was
}

// ask sends a request to one server after the other until a reply comes.
func (r *resolver) ask(_ context.Context, n int) (string, error) {
	r.asked++
	tag, wait := fmt.Sprintf("%d ", r.asked), r.within/tries
	if r.slow {
		wait = r.within
	}
	for try := 1; ; try++ {
		answer, err := r.askers[r.current].try(tag, n, wait)
		switch {
		case err == nil:
			r.answered = true
			return answer, nil
		case try == tries, r.slow && errors.Is(err, os.ErrDeadlineExceeded), r.believes && wasRefused(err):
			return "", err
		case !r.stays || !r.answered:
			r.current = (r.current + 1) % len(r.askers)
		}
	}
}

func (r *resolver) close() error {
	var errs []error
	for _, a := range r.askers {
		errs = append(errs, a.conn.Close())
	}
	return errors.Join(errs...)
}
