package scenarios_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// A client of a cluster gets the addresses of all of its servers. This one asks one after the
// other, each for its part of a second.
func ExampleTCPClient_servers() {
	_ = scenarios.DescribeTCPClient("ping client", func() scenarios.TCPClient {
		return scenarios.TCPClient{Servers: 3, Handler: pongs, Do: pongOfAny, Want: "PONG", Within: time.Second}
	}, scenarios.Keeps(scenarios.FailsOver, scenarios.FailsOverWhenUnanswered, scenarios.ReportsRefused, scenarios.HonorsDeadline))
}

func pongOfAny(ctx context.Context, addrs string) (answer string, err error) {
	all := strings.Split(addrs, ",")
	for _, addr := range all {
		if answer, err = pongOf(ctx, addr, time.Second/time.Duration(len(all))); err == nil {
			break
		}
	}
	return answer, err
}

func pongOf(ctx context.Context, addr string, within time.Duration) (string, error) {
	deadline := time.Now().Add(within)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(deadline)
	fmt.Fprint(conn, "PING\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// aboutSockets are the promises that go by what the kernel knows of the client's sockets.
var aboutSockets = []string{
	scenarios.NoticesIdleClose.Name, scenarios.CopesWithFullWindow.Name, scenarios.LeavesNothingBehind.Name, scenarios.StopsWhenTold.Name,
}

var _ = Describe("A client of three servers", func() {
	of := func(c scenarios.TCPClient) scenarios.TCPClient {
		c.Servers, c.Handler = 3, echoes
		return c
	}
	failover := of(reference.FailoverTCPClient(echoed, 2*within))
	for _, p := range scenarios.Promises[scenarios.TCPClient]() {
		c := failover
		switch p.Name {
		case scenarios.SendsRequestOnce.Name:
			c = of(reference.CarefulFailoverTCPClient(echoed, 2*within))
		case scenarios.CopesWithFullWindow.Name:
			c = of(reference.FailoverTCPClient(echoed, 10*within))
		}
		It("keeps its promise by TCP: "+p.Name, func(ctx SpecContext) {
			if slices.Contains(aboutSockets, p.Name) {
				Expect(run(ctx, p, always(c))).To(Succeed())
				return
			}
			Expect(scenarios.RunInMemory(ctx, suite, p, always(c))).To(Succeed())
		}, bound)
	}

	resolver := reference.FailoverUDPClient(shouted, within)
	resolver.Servers, resolver.Handler = 3, shouts
	for _, p := range scenarios.Promises[scenarios.UDPClient]() {
		It("keeps its promise by UDP: "+p.Name, func(ctx SpecContext) {
			Expect(scenarios.RunInMemory(ctx, suite, p, always(resolver))).To(Succeed())
		}, bound)
	}

	It("may dial each of them as often as it may dial one", func(ctx SpecContext) {
		c := failover
		c.Dials = 1
		Expect(run(ctx, scenarios.NoDialStorm, always(c))).To(Succeed())
	}, bound)

	It("may give one up whose window is full, and send all to another", func(ctx SpecContext) {
		c := failover
		hurried, patient := reference.TCPClient(echoed, within/20), reference.TCPClient(echoed, within/2)
		c.Large = func(ctx context.Context, addrs string) (string, error) {
			first, rest, _ := strings.Cut(addrs, ",")
			if answer, err := hurried.Large(ctx, first); err == nil {
				return answer, nil
			}
			second, _, _ := strings.Cut(rest, ",")
			return patient.Large(ctx, second)
		}
		Expect(scenarios.RunInMemory(ctx, suite, scenarios.CopesWithFullWindow, always(c))).To(Succeed())
	}, bound)

	It("is as its example says", func(ctx SpecContext) {
		c := scenarios.TCPClient{Servers: 3, Handler: pongs, Do: pongOfAny, Want: "PONG", Within: time.Second}
		for _, p := range []tcpPromise{scenarios.FailsOver, scenarios.FailsOverWhenUnanswered, scenarios.ReportsRefused, scenarios.HonorsDeadline} {
			Expect(scenarios.RunInMemory(ctx, suite, p, always(c))).To(Succeed())
		}
	}, bound)

	It("asks each once, and loses no more than one datagram", func(ctx SpecContext) {
		c := resolver
		c.Open, c.Do = nil, askEachOnce
		Expect(run(ctx, scenarios.TriesAgainAfterLoss, always(c))).To(Succeed())
		c.Do = askFirstOnce
		wantBroken(run(hasty(ctx), scenarios.TriesAgainAfterLoss, always(c)), scenarios.TriesAgainAfterLoss.Name, `with datagram 1 of 1 of its request lost once: Do = "", `)
	}, bound)

	It("has them at a port that it knows", func(ctx SpecContext) {
		c, port := failover, freePort()
		c.Port, c.Do, c.Open, c.Large = port, onPort(port, c.Do), nil, nil
		for _, p := range []tcpPromise{scenarios.FailsOver, scenarios.LeavesNothingBehind, scenarios.StopsWhenTold} {
			Expect(run(ctx, p, always(c))).To(Succeed())
		}
		u := resolver
		u.Port, u.Do, u.Open = port, onPort(port, askEachOnce), nil
		Expect(run(ctx, scenarios.RefusesStrangers, always(u))).To(Succeed())
		trusts := reference.KnowsOneUDP(reference.TrustsUDP(shouted, within, reference.SamePort), reference.First)
		trusts.Port, trusts.Handler = port, shouts // its stranger can't be where the other server is
		wantBroken(run(hasty(ctx), scenarios.RefusesStrangers, always(trusts)), scenarios.RefusesStrangers.Name, "with replies of a stranger at 127.0.0.3:")
	}, bound)

	It("has servers for the other medium at each address", func(ctx SpecContext) {
		c := reference.KnowsOne(resolverOverTCP(), reference.Last)
		Expect(run(ctx, scenarios.ReportsTruncatedReply, always(c))).To(Succeed())
		u := reference.KnowsOneUDP(resolverOverUDP(), reference.Last)
		Expect(run(ctx, scenarios.HonorsDeadlineOnLoss, always(u))).To(Succeed())
		c.Do = func(context.Context, string) (string, error) { return "nothing", nil }
		Expect(run(ctx, scenarios.ReportsTruncatedReply, always(c))).To(MatchError(And(
			ContainSubstring("transcript of scenario, server 1 ("), ContainSubstring("transcript of datagrams, server 1 ("),
			ContainSubstring("transcript of scenario, server 2 ("), ContainSubstring("transcript of datagrams, server 2 ("))))
	}, bound)
})

// askEachOnce asks one server after the other, once: of one datagram that is lost it is none the
// worse.
func askEachOnce(ctx context.Context, addrs string) (answer string, err error) {
	for addr := range strings.SplitSeq(addrs, ",") {
		if answer, err = askFirstOnce(ctx, addr); err == nil {
			break
		}
	}
	return answer, err
}

// askFirstOnce asks the first server, once.
func askFirstOnce(ctx context.Context, addrs string) (string, error) {
	addr, _, _ := strings.Cut(addrs, ",")
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(within / 4))
	if _, err := fmt.Fprintln(conn, lower); err != nil {
		return "", err
	}
	p := make([]byte, 512)
	n, err := conn.Read(p)
	return strings.TrimSuffix(string(p[:n]), "\n"), err
}

var _ = DescribeTable("Run says of a client's servers that", func(ctx SpecContext, servers int, kind error, message string) {
	c := reference.TCPClient(echoed, within)
	c.Servers = servers
	err := run(ctx, scenarios.FailsOver, always(c))
	Expect(err).To(MatchError(kind))
	Expect(err).To(MatchError(ContainSubstring(message)))
	u := reference.UDPClient(lower, within)
	u.Servers = servers
	err = run(ctx, scenarios.AsksAnotherServer, always(u))
	Expect(err).To(MatchError(kind))
	Expect(err).To(MatchError(ContainSubstring(message)))
},
	Entry("one is not several", 1, scenarios.ErrLacks, "Servers is 1, and this promise is about several"),
	Entry("none is one", 0, scenarios.ErrLacks, "Servers is 1, and this promise is about several"),
	Entry("there can't be fewer", -1, scenarios.ErrSubject, "Servers is -1, want 0 to 16"),
	Entry("there are too many", 17, scenarios.ErrSubject, "Servers is 17, want 0 to 16"),
)

// What a server has to say to which nothing happened is of no interest.
func TestEvidenceIsOfTheServersThatWereUsed(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FAKEWIRE_ARTIFACTS", dir)
	c := reference.KnowsOne(reference.OneRead("PONG", within), reference.Last)
	c.Handler = pongs
	err := scenarios.RunInMemory(t.Context(), t, scenarios.ReassemblesSplitReplies, always(c))
	if err == nil || strings.Contains(err.Error(), "server 1") || !strings.Contains(err.Error(), "server 2") {
		t.Errorf("of a client that uses the second server: %v", err)
	}

	both := reference.KnowsOne(reference.OneRead("PONG", within), reference.Last)
	both.Handler = pongs
	both.Do = func(ctx context.Context, addrs string) (string, error) {
		first, second, _ := strings.Cut(addrs, ",")
		_, err := reference.TCPClient("PONG", within).Do(ctx, first)
		answer, wrong := reference.OneRead("PONG", within).Do(ctx, second)
		return answer, errors.Join(err, wrong)
	}
	err = scenarios.RunInMemory(t.Context(), t, scenarios.ReassemblesSplitReplies, always(both))
	if err == nil || !strings.Contains(err.Error(), "server 1") || !strings.Contains(err.Error(), "server 2") {
		t.Errorf("of a client that uses both: %v", err)
	}
	wantRecordsOfBoth(t, dir)

	both.PacketHandler = fakeserver.PacketEcho{}
	both.Do = func(ctx context.Context, addrs string) (string, error) {
		first, second, _ := strings.Cut(addrs, ",")
		_, err := askFirstOnce(ctx, first)
		answer, wrong := reference.OneRead("PONG", within).Do(ctx, second)
		return answer, errors.Join(err, wrong)
	}
	err = scenarios.RunInMemory(t.Context(), t, scenarios.ReassemblesSplitReplies, always(both))
	if err == nil || !strings.Contains(err.Error(), "datagrams, server 1") {
		t.Errorf("of a client that sends datagrams to the first: %v", err)
	}
}

// wantRecordsOfBoth wants two files with recordings of the second server, of which one is beside that of the first.
func wantRecordsOfBoth(t *testing.T, dir string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	var servers []string
	for _, name := range files {
		rec, err := transcript.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, rec.Transcript.Header().Name)
	}
	slices.Sort(servers)
	if got := strings.Join(servers, "; "); got != "scenario, server 1; scenario, server 2; scenario, server 2" {
		t.Errorf("the files have the records of %q", got)
	}
}
