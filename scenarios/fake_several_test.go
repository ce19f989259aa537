package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// several starts servers that answer with a line.
func several(t *testing.T, servers int, p fault.Plan) fakes {
	t.Helper()
	f, err := TCPClient{Servers: servers, Handler: fakeserver.Lines{}}.listen(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Stop() })
	return f
}

// askServer lets a client ask the server with an index.
func askServer(t *testing.T, f fakes, i int) {
	t.Helper()
	conn, err := f.all[i].Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprintln(conn, "hello")
	conn.Read(make([]byte, 10))
}

func TestServersAreWaitedForTogether(t *testing.T) {
	f := several(t, 3, fault.Plan{})
	for i := range f.all {
		answered := func(all records) bool { return serverSent(all) == int64(6*(i+1)) }
		over := make(chan error, 1)
		go func() { over <- f.wait(t.Context(), answered) }()
		askServer(t, f, i)
		if err := <-over; err != nil {
			t.Errorf("wait for server %d: %v", i+1, err)
		}
	}
	never, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.wait(never, func(records) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("wait for what never comes: %v", err)
	}
}

func TestServersAreWaitedForUntilNoWaitGoesOn(t *testing.T) {
	f := several(t, 3, fault.Plan{})
	var waiting atomic.Int32
	err := f.atOne(t.Context(), func(ctx context.Context, srv fake) error {
		waiting.Add(1)
		defer waiting.Add(-1)
		if srv.server == f.all[1].server {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil || waiting.Load() != 0 {
		t.Errorf("it is over with %v, and %d waits go on", err, waiting.Load())
	}
}

func TestServersAreStoppedIfOneCannotStart(t *testing.T) {
	var started []fake
	reason := errors.New("no room")
	_, err := listenEach(3, fault.Plan{}, func(i int, p fault.Plan) (fake, error) {
		if i == 2 {
			return fake{}, reason
		}
		srv, err := listenStream(t.Context(), fakeserver.Config{})
		started = append(started, srv)
		return srv, err
	})
	if !errors.Is(err, reason) || len(started) != 2 {
		t.Errorf("%d started, and then: %v", len(started), err)
	}
	for _, srv := range started {
		<-srv.Done()
	}
}

// A rule that acted at one of several servers has acted.
func TestUndoneIsWhatHappenedAtNoServer(t *testing.T) {
	p := rules(fault.ToClient(fault.Reset{}).AfterBytes(3), fault.ToClient(fault.Close{}).AfterBytes(99), fault.ToClient(fault.Close{}).AfterBytes(99).NeedNotFire())
	f := several(t, 2, p)
	askServer(t, f, 1)
	undone := f.verdict("in a trial", nil, nil)
	if !errors.Is(undone, ErrInconclusive) || strings.Contains(undone.Error(), "reset.ToClient.1 never") ||
		!strings.Contains(undone.Error(), "close.ToClient.1 never") || strings.Contains(undone.Error(), "close.ToClient.2 never") {
		t.Errorf("of a rule that acted, one that did not, and one that need not: %v", undone)
	}

	p = rules(fault.ToClient(fault.Reset{}).AfterBytes(3))
	f = several(t, 2, p)
	askServer(t, f, 0)
	if err := f.verdict("in a trial", nil, nil); err != nil {
		t.Errorf("of a rule that acted at one server: %v", err)
	}
	if p.Rules[0].Demand == fault.NeedNotFire {
		t.Error("the plan was changed")
	}
}

func TestConnectionsAreSparedAtAnyServer(t *testing.T) {
	f := several(t, 2, rules(fault.ToClient(fault.Close{}).AfterBytes(99)))
	if err := f.spared(); err != nil {
		t.Errorf("of none: %v", err)
	}
	askServer(t, f, 1)
	if err := f.spared(); !errors.Is(err, errNotTried) || !strings.Contains(err.Error(), "connection 1 of server 2") {
		t.Errorf("of one on which nothing happened: %v", err)
	}
}

func TestOneServerAfterTheOtherIsGone(t *testing.T) {
	c := client{servers: 3}
	f := several(t, 3, fault.Plan{})
	var order []int
	for _, trial := range c.oneGone("is gone", func(gone fake) error {
		for i, srv := range f.all {
			if srv.server == gone.server {
				order = append(order, i+1)
			}
		}
		return nil
	}) {
		if err := trial.ready(f); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("when server %d of 3 is gone", order[len(order)-1]); trial.what != want {
			t.Errorf("it is called %q, want %q", trial.what, want)
		}
	}
	if got, want := fmt.Sprint(order), "[1 2 3 3 2 1 1 2 3 3 2 1]"; got != want {
		t.Errorf("the order is %s, want %s", got, want)
	}
}

func TestRelayActsAtTheFirstServerThatComes(t *testing.T) {
	for _, test := range []struct {
		why   string
		relay *relay
		acts  string
	}{
		{"everywhere", newRelay(place{}, resetHere), "true true true true"},
		{"on the first connection", newRelay(place{}, resetHere).onFirst(), "true false false false"},
		{"at the first server", newRelay(place{}, resetHere).atFirst(), "true false true false"},
	} {
		var acts []string
		for _, c := range []connOf{{1, 2}, {0, 1}, {1, 3}, {0, 2}} {
			acts = append(acts, fmt.Sprint(test.relay.comes(c)))
		}
		if got := strings.Join(acts, " "); got != test.acts {
			t.Errorf("%s: it acts %s, want %s", test.why, got, test.acts)
		}
	}
}
