package scenarios_test

import (
	"context"
	"errors"
	"net"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// setUp is a duel of two TCP clients that log in, with a server that greets.
func setUp(p tcpPromise, within time.Duration, breaks func(want string, within time.Duration) scenarios.TCPClient, evidence string) *duel {
	return setUpOf(p, within, reference.LogsIn, breaks, evidence)
}

// setUpOf is setUp with another one that keeps the promise.
func setUpOf(p tcpPromise, within time.Duration, keeps, breaks func(want string, within time.Duration) scenarios.TCPClient, evidence string) *duel {
	good, bad := keeps(echoed, within), breaks(echoed, within)
	return duelOf(p, &good, &bad, evidence)
}

var _ = duels("a promise of a TCP client that logs in", 4,
	setUp(scenarios.HonorsDeadline, soon, reference.WaitsInLogin, `stalled after byte 0 of a reply of `),
	setUp(scenarios.LeavesNothingBehind, soon, reference.LeavesAtLogin, `in the middle of the server's greeting of `),
	setUp(scenarios.KeepsAnswersApart, soon, reference.KeepsAfterLogin, `with the server's greeting of `),
	setUp(scenarios.ReportsTruncatedReply, within, swallowsErrors, `with a FIN after byte `),
)

// swallowsErrors hands on nothing where there was an error, as if that were an answer.
func swallowsErrors(want string, within time.Duration) scenarios.TCPClient {
	c := reference.LogsInOnce(want, within)
	do := c.Do
	c.Do = func(ctx context.Context, addr string) (string, error) {
		answer, err := do(ctx, addr)
		if _, wire := errors.AsType[net.Error](err); wire {
			return answer, err
		}
		return answer, nil
	}
	return c
}

// probing returns a client that looks whether its server is there before each exchange.
func probing(c scenarios.TCPClient) scenarios.TCPClient {
	do, open := c.Do, c.Open
	c.Do = func(ctx context.Context, addr string) (string, error) {
		if err := probe(ctx, addr); err != nil {
			return "", err
		}
		return do(ctx, addr)
	}
	c.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		if err := probe(ctx, addr); err != nil {
			return scenarios.Session{}, err
		}
		return open(ctx, addr)
	}
	return c
}

// probe connects, and closes the connection at once.
func probe(ctx context.Context, addr string) error {
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return conn.Close()
}

// asksOnAnother returns a client that gives a request half of its time, and asks again on a new
// connection.
func asksOnAnother(want string, within time.Duration) scenarios.TCPClient {
	c := reference.OneTryTCPClient(want, within/2)
	open := c.Open
	c.Within, c.Handler = within, echoes
	c.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		ask := s.Ask
		s.Ask = func(ctx context.Context, n int) (string, error) {
			answer, err := ask(ctx, n)
			if errors.Is(err, context.DeadlineExceeded) {
				answer, err = ask(ctx, n)
			}
			return answer, err
		}
		return s, err
	}
	return c
}

var _ = DescribeTable("accuses no TCP client of", func(ctx SpecContext, p tcpPromise, c scenarios.TCPClient) {
	if c.Handler == nil {
		c.Handler = echoes
	}
	Expect(run(ctx, p, always(c))).To(Succeed())
},
	Entry("a first connection that is a probe, where answers come late", bound, scenarios.KeepsAnswersApart, probing(reference.TCPClient(echoed, soon))),
	Entry("asking again on a new connection, where answers come late", bound, scenarios.KeepsAnswersApart, asksOnAnother(echoed, within)),
	Entry("a first connection that is a probe, where it tries again after a reset", bound, scenarios.TriesAgainAfterReset, probing(reference.TCPClient(echoed, within))),
	Entry("a first connection that is a probe, where it sends its request again", bound, scenarios.SendsRequestAgain, probing(reference.TCPClient(echoed, within))),
	Entry("a first connection that is a probe, where it sends its request once", bound, scenarios.SendsRequestOnce, probing(reference.OneTryTCPClient(echoed, soon))),
	Entry("a first connection that is a probe, where it is told to stop", bound, scenarios.StopsWhenTold, probing(reference.TCPClient(echoed, within))),
)
