package inmemory

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// plans is how many plans a search tries in memory, which is as many as a search does by itself.
const plans = explore.DefaultPlans

// planInMemory returns how many milliseconds a plan takes of a whole search in memory, with all that a search does for it: the mean, since
// the plans in which the client hangs are fewer than half.
func planInMemory() (float64, error) {
	took, err := search(explore.Config{Plans: plans, Suite: suite()})
	return mean(took), err
}

// planOnSockets returns the median of plans that close or reset the connection, at each byte of a short dialogue.
func planOnSockets() (float64, error) {
	first := endings()
	took, err := search(explore.Config{First: first, Plans: len(first), OnSockets: true, Deadline: patienceOfClient})
	return median(took), err
}

// planAllocs returns how often a plan of a search in memory allocates, on average.
func planAllocs() (float64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	took, err := search(explore.Config{Plans: plans, Suite: suite()})
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(max(len(took), 1)), err
}

// endings returns plans that end the dialogue's first connection.
func endings() (all []fault.Plan) {
	for at := range int64(len("apples\n") * steps) {
		for _, f := range []fault.Fault{fault.Close{}, fault.Reset{}} {
			for _, r := range []fault.Rule{fault.ToClient(f), fault.FromClient(f)} {
				all = append(all, fault.Plan{Rules: []fault.Rule{r.OnConn(1).AfterBytes(at)}})
			}
		}
	}
	return all
}

// search explores a right client, and returns how long each trial took from the end of the one before it.
func search(cfg explore.Config) (took []time.Duration, err error) {
	last := time.Now()
	clock := explore.Check{Name: "clock", Func: func(o explore.Outcome) error { // is asked outside of the trial's bubble
		now := time.Now()
		if len(o.Plan.Rules) > 0 {
			took = append(took, now.Sub(last))
		}
		last = now
		return nil
	}}
	cfg.Within, cfg.Budget, cfg.IgnoreEnv, cfg.Dir = time.Second, time.Minute, true, "testdata/none"
	cfg.Checks = []explore.Check{clock}
	r, err := explore.Search(context.Background(), cfg, fault.Streams, asks)
	switch {
	case err != nil:
		return nil, err
	case len(r.Finds) > 0 || r.Tally.Plans != cfg.Plans || len(took) < cfg.Plans:
		return nil, fmt.Errorf("%d trials of %d plans were timed; %v", len(took), cfg.Plans, r)
	}
	return took, nil
}

func mean(all []time.Duration) float64 {
	sum := time.Duration(0)
	for _, d := range all {
		sum += d
	}
	return float64(sum) / float64(max(len(all), 1)) / float64(time.Millisecond)
}

func median(all []time.Duration) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return float64(all[len(all)/2]) / float64(time.Millisecond)
}

// What the client does, and how long it waits for an answer.
const (
	steps            = 3
	patienceOfClient = 500 * time.Millisecond
)

// asks is a client that asks for a line three times, on one connection for as long as that works.
func asks(_ context.Context, w *explore.Wire) error {
	c := client{dial: w.DialContext}
	defer c.close()
	for range steps {
		w.Do("ask", c.ask)
	}
	return nil
}

// A client asks for lines.
type client struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	conn net.Conn // nil: none
	in   *bufio.Reader
}

func (c *client) ask(ctx context.Context) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, patienceOfClient)
	defer cancel()
	answer, err := c.exchange(ctx)
	if err != nil {
		c.close()
	}
	return strings.TrimSpace(answer), err
}

func (c *client) exchange(ctx context.Context) (answer string, err error) {
	if c.conn == nil {
		if c.conn, err = c.dial(ctx, "tcp", "server.test:4242"); err != nil {
			c.conn = nil
			return "", err
		}
		c.in = bufio.NewReader(c.conn)
	}
	end, _ := ctx.Deadline()
	c.conn.SetDeadline(end)
	if _, err := io.WriteString(c.conn, "apples\n"); err != nil {
		return "", err
	}
	return c.in.ReadString('\n')
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.conn = nil
}
