package explore

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// at4242 starts servers at a port of their own, but for plans with a Reset.
func at4242(t fakeserver.Transport, p fault.Plan) (fakeserver.Wire, error) {
	for _, r := range p.Rules {
		if r.Fault.Kind() == (fault.Reset{}).Kind() {
			return nil, errors.New("there is no RST here")
		}
	}
	return fakeserver.Listen(fakeserver.Config{Transport: t, Addr: "127.0.0.1:4242", Handler: lineHandler(), Faults: p})
}

// A client's servers may be started by its test; what they can't do is refused, and not tried.
func TestListenStartsTheServers(t *testing.T) {
	setEnv(t)
	ask := asking(trusting, "APPLES", "PEARS", "PLUMS")
	r, err := Search(t.Context(), Config{Suite: t, Listen: at4242, Plans: 40, All: true}, fault.Streams, func(ctx context.Context, w *Wire) error {
		if got := w.ServerAddr().String(); got != "127.0.0.1:4242" {
			t.Errorf("the server is at %s", got)
		}
		return ask(ctx, w)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Tally.Refused == 0 {
		t.Errorf("%v: nothing was refused", r.Tally)
	}
	if len(r.Finds) == 0 || r.Finds[0].Breach.Oracle != WrongAnswers {
		t.Fatalf("found %v, want that it takes the end of a connection for that of an answer", r)
	}
	if o := r.Finds[0].Outcome; o == nil || keyOf(o.Plan) != keyOf(r.Finds[0].Plan) || o.Report.String()+o.Transcript.String() != r.Finds[0].Evidence {
		t.Errorf("the outcome is not that of the evidence: %+v", o)
	}
}

// A search keeps the outcome of a find, and not that of each plan that breaks the client.
func TestSearchRemembersNoOutcome(t *testing.T) {
	s := pretended(answersOf(), func(p fault.Plan) result {
		return result{Fired: true, Breaches: []Breach{bug}, outcome: &Outcome{Plan: p}}
	})
	if err := s.derived(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.shrink(t.Context(), s.finds[0])
	s.explain(t.Context(), s.finds[0])
	for key, r := range s.tried {
		if r.outcome != nil {
			t.Fatalf("that of %s is kept", key)
		}
	}
	if s.finds[0].Outcome == nil {
		t.Error("that of the find is not kept")
	}
}

// A deadline that is told is not measured.
func TestDeadlineIsTold(t *testing.T) {
	for _, test := range []struct {
		cfg             Config
		deadline, bound time.Duration
	}{
		{Config{Deadline: 300 * time.Millisecond}, 300 * time.Millisecond, 300 * time.Millisecond},
		{Config{Deadline: 300 * time.Millisecond, Within: time.Second}, 300 * time.Millisecond, time.Second},
		{Config{Deadline: 2 * time.Second, Within: time.Second}, time.Second, time.Second},
	} {
		setEnv(t)
		cfg, err := test.cfg.complete()
		if err != nil {
			t.Fatal(err)
		}
		cfg.Suite = t
		var runs atomic.Int64
		l := newLocal(cfg, fault.Streams, func(ctx context.Context, w *Wire) error {
			runs.Add(1)
			return asking(right, "apples")(ctx, w)
		})
		if _, err := l.rehearse(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := runs.Load()
		if m := l.measure(t.Context()); m != (measurement{Deadline: test.deadline, Bound: test.bound}) || runs.Load() != before {
			t.Errorf("%+v after %d runs, want a deadline of %v and a bound of %v after %d", m, runs.Load(), test.deadline, test.bound, before)
		}
	}
}

// A search may be the same whatever the environment says.
func TestIgnoreEnv(t *testing.T) {
	setEnv(t, "FAKEWIRE_PLANS=7", "FAKEWIRE_BUDGET=1ns", "FAKEWIRE_SEED=9", "FAKEWIRE_SHARD=3/200")
	r, err := Search(t.Context(), Config{Suite: t, Plans: 30, IgnoreEnv: true}, fault.Streams, asking(right, "apples", "pears"))
	if err != nil || r.Tally.Plans != 30 {
		t.Errorf("%v, %v; want 30 plans", r.Tally, err)
	}
}

// What the body leaves on a healthy wire is not waited for elsewhere, nor is what nobody asks about.
func TestLeftIsNotWaitedForWhereItIsNotAsked(t *testing.T) {
	untidy := func(_ context.Context, w *Wire) error {
		c := lineClient{dial: w.DialContext, patience: time.Second, forever: true}
		w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, "apples") })
		return nil // and c is not closed
	}
	for _, without := range [][]Oracle{nil, {Leaks}} {
		synctest.Test(t, func(t *testing.T) {
			l := newLocal(Config{Network: &nettest.Network{}, Without: without}, fault.Streams, untidy)
			began := time.Now()
			if _, err := l.rehearse(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); len(without) > 0 && took > time.Second {
				t.Errorf("without the oracle, the healthy runs took %v", took)
			}
			began = time.Now()
			r := l.try(t.Context(), inPieces, false)
			if took := time.Since(began); !r.Fired || took > time.Second {
				t.Errorf("without %q, a trial took %v, and fired: %t", without, took, r.Fired)
			}
		})
	}
}

// That a collector reads what was sent is not waited for, if it has stopped reading for good.
func TestSettleDoesNotWaitForAStallForGood(t *testing.T) {
	open := func(ctx context.Context, w *Wire) (Log, error) {
		conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
		if err != nil {
			return Log{}, err
		}
		return Log{Print: func(line string) error {
			_, err := conn.Write([]byte(line + "\n"))
			return err
		}, Close: conn.Close}, nil
	}
	synctest.Test(t, func(t *testing.T) {
		cfg := loggerConfig(Config{Network: &nettest.Network{}, Within: time.Minute, Lines: 3}, fault.Streams)
		l := newLocal(cfg, fault.Streams, logging(cfg, fault.Streams, open))
		if _, err := l.rehearse(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := l.try(t.Context(), only(fault.FromClient(fault.Stall{})), false)
		if took := time.Since(began); !r.Fired || len(r.Breaches) > 0 || took > time.Second {
			t.Errorf("a trial took %v, and fired: %t, %v", took, r.Fired, r.Breaches)
		}
	})
}

// A logger that has no Close leaves its connection: it is not waited for when its lines are there.
func TestSettleDoesNotWaitForWhatNeverEnds(t *testing.T) {
	open := func(ctx context.Context, w *Wire) (Log, error) {
		conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
		return Log{Print: func(line string) error {
			_, err := conn.Write([]byte(line + "\n"))
			return err
		}}, err
	}
	synctest.Test(t, func(t *testing.T) {
		cfg := loggerConfig(Config{Network: &nettest.Network{}, Within: time.Minute, Lines: 3}, fault.Streams)
		l := newLocal(cfg, fault.Streams, logging(cfg, fault.Streams, open))
		if _, err := l.rehearse(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := l.try(t.Context(), inLittlePart, false)
		if took := time.Since(began); !r.Fired || len(r.Breaches) > 0 || took > time.Second {
			t.Errorf("a trial took %v, and fired: %t, %v", took, r.Fired, r.Breaches)
		}
	})
}

// What a server makes of half a request is not the client's business, also where that is a datagram.
func TestRequestsThatAreCut(t *testing.T) {
	for _, test := range []struct {
		rule fault.Rule
		want bool
	}{
		{fault.FromClient(fault.Slice{Size: 1}), true},
		{fault.FromClient(fault.HalfClose{}), true},
		{fault.FromClient(fault.Truncate{Size: 1}), true},
		{fault.ToClient(fault.Truncate{Size: 1}), false},
		{fault.ToClient(fault.Slice{Size: 1}), false},
		{fault.FromClient(fault.Close{}), false},
	} {
		if got := cutsRequests(only(test.rule)); got != test.want {
			t.Errorf("%v: %t, want %t", test.rule, got, test.want)
		}
	}
}
