package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// fixtureVariable makes a child process of this test binary register the suites
// below, some of which fail. The specs of describe_test.go read its report.
const fixtureVariable = "FAKEWIRE_FIXTURE"

// fixtureLabel is how the child runs these suites and no other.
const fixtureLabel = "fixture"

var _ = os.Getenv(fixtureVariable) != "1" || registerFixture()

var _ = os.Getenv(fixtureVariable) != "crash" || registerCrash()

func registerFixture() bool {
	keeper := func() scenarios.TCPClient {
		c := reference.TCPClient(answer, within)
		c.Handler = fakeserver.Reply{Data: answer + "\n"}
		return c
	}
	breaker := func() scenarios.TCPClient {
		c := reference.OneRead(answer, within)
		c.Handler = fakeserver.Reply{Data: answer + "\n"}
		return c
	}
	splits := scenarios.Keeps(scenarios.ReassemblesSplitReplies)
	ReportAfterSuite("promises", scenarios.Summarize)

	scenarios.DescribeTCPClient("keeper", keeper, splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("breaker", breaker, splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("alone", alone(keeper), splits, Label(fixtureLabel, here()), Serial)
	scenarios.DescribeUDPClient("udp", func() scenarios.UDPClient { return reference.UDPClient("hello from the client", soon) },
		Label(fixtureLabel, here()), scenarios.Keeps(scenarios.HonorsDeadlineOnLoss))
	scenarios.DescribeNetworkLogger("logger", func() scenarios.NetworkLogger { return reference.StandardLogger("tcp", within) },
		Label(fixtureLabel, here()), NodeTimeout(time.Minute), scenarios.Keeps(scenarios.LastLineOfAPanicArrives))

	// What is attached wrongly.
	scenarios.DescribeTCPClient("wrong argument", keeper, splits, "oops", Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("wrong promises", keeper, scenarios.Keeps(scenarios.HonorsDeadlineOnLoss), Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("no Keeps", keeper, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("both", keeper, splits, scenarios.Learn[scenarios.TCPClient](), Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("bare promise", keeper, splits, scenarios.ReportsReset, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("promises nothing", keeper, scenarios.Keeps[scenarios.TCPClient](), Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient(" ", keeper, splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("nil function", nil, splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("empty subject", func() scenarios.TCPClient { return scenarios.TCPClient{} }, splits, Label(fixtureLabel, here()))

	// Subjects that misbehave. The factory's panic is the spec's, too.
	scenarios.DescribeTCPClient("hanging", client(func(context.Context) (string, error) { select {} }), splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("panicking", client(func(context.Context) (string, error) { panic("ouch") }), splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("leaving", client(func(context.Context) (string, error) { runtime.Goexit(); return "", nil }), splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("lying", client(func(context.Context) (string, error) { return answer, nil }), splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("failing", client(func(context.Context) (string, error) { return "", errors.New("no") }), splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("factory", func() scenarios.TCPClient { panic("factory") }, splits, Label(fixtureLabel, here()))

	registerInMemory(keeper, breaker, splits)

	// The suite goes on after all of them.
	return scenarios.DescribeTCPClient("last", keeper, splits, Label(fixtureLabel, here()))
}

// registerInMemory registers subjects that run in memory.
func registerInMemory(keeper, breaker func() scenarios.TCPClient, splits scenarios.Kept[scenarios.TCPClient]) {
	memory := scenarios.InMemory(&suite)
	scenarios.DescribeTCPClient("virtual good", keeper, splits, memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("learner", single(keeper), scenarios.Learn[scenarios.TCPClient](), memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual bad", breaker, memory, splits, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual hung", client(func(context.Context) (string, error) { select {} }), splits, memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual panic", client(func(context.Context) (string, error) { panic("ouch") }), splits, memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual maker", func() scenarios.TCPClient { panic("factory") }, splits, memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual ticking", leaves(keeper, tick), splits, memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual locked", client(lock), splits, memory, Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual dialing", dials, splits, memory, Label(fixtureLabel, here()))
	var none *testing.T
	scenarios.DescribeTCPClient("virtual without a suite", keeper, splits, scenarios.InMemory(&none), Label(fixtureLabel, here()))
	scenarios.DescribeTCPClient("virtual without anything", keeper, splits, scenarios.InMemory(nil), Label(fixtureLabel, here()))
}

// alone returns subjects that are there only in a spec that is Serial: reports of older versions of Ginkgo
// don't have that.
func alone(subject func() scenarios.TCPClient) func() scenarios.TCPClient {
	return func() scenarios.TCPClient {
		if !CurrentSpecReport().IsSerial {
			panic("not serial")
		}
		return subject()
	}
}

// single returns subjects whose exchanges have a connection each.
func single(subject func() scenarios.TCPClient) func() scenarios.TCPClient {
	return func() scenarios.TCPClient {
		c := subject()
		c.Open, c.Large = nil, nil
		return c
	}
}

// leaves returns subjects that do what they do, and leave f behind.
func leaves(subject func() scenarios.TCPClient, f func()) func() scenarios.TCPClient {
	return func() scenarios.TCPClient {
		c := subject()
		do := c.Do
		c.Do = func(ctx context.Context, addr string) (string, error) {
			go f()
			return do(ctx, addr)
		}
		return c
	}
}

func tick() {
	for range time.Tick(time.Second) {
	}
}

// lock waits for a lock that is free in an hour.
func lock(context.Context) (string, error) {
	var mu sync.Mutex
	mu.Lock()
	time.AfterFunc(time.Hour, mu.Unlock)
	mu.Lock()
	return answer, nil
}

// dials returns a subject that knows of sockets only.
func dials() scenarios.TCPClient {
	c := reference.TCPClient(answer, within)
	do := c.Do
	c.Do = func(_ context.Context, addr string) (string, error) { return do(context.Background(), addr) }
	return c
}

// client returns a subject that does something without a server.
func client(do func(context.Context) (string, error)) func() scenarios.TCPClient {
	return func() scenarios.TCPClient {
		return scenarios.TCPClient{Want: answer, Within: soon, Do: func(ctx context.Context, _ string) (string, error) { return do(ctx) }}
	}
}

// here returns a label that names the line of its caller.
func here() string {
	_, _, line, _ := runtime.Caller(1)
	return fmt.Sprintf("on line %d", line)
}

// registerCrash registers a subject of which a goroutine of its own panics.
func registerCrash() bool {
	return scenarios.DescribeTCPClient("crashing", client(func(ctx context.Context) (string, error) {
		go panic("ouch")
		<-ctx.Done()
		return "", ctx.Err()
	}), scenarios.Keeps(scenarios.ReassemblesSplitReplies), Label(fixtureLabel))
}
