package explore_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// A search in memory is the same each time: the same plans in the same order, and the same outcomes, on however many processors.
// That holds for waves of all sorts, for finds and for a client of the standard library.
func TestSameSearchInMemory(t *testing.T) {
	for _, test := range []struct {
		name  string
		plans int
		races bool // goroutines of its own race: which error it has, and what it has sent by then, depends on which is first
	}{
		{"careless reuse", 300, false}, // waves 1 to 5, and finds
		{"empty reply", 300, false},    // wave 6, what is drawn included
		{"takes late", 100, false},     // datagrams
		{"watchful logger", 40, true},
		{"mail", 80, false},   // net/smtp
		{"browser", 80, true}, // net/http
	} {
		t.Run(test.name, func(t *testing.T) {
			s := specimenOf(t, test.name)
			run := func() explore.Trace {
				tr, err := try(t, s, func(cfg *explore.Config) { cfg.All, cfg.Plans = true, test.plans })
				if err != nil {
					t.Fatal(err)
				}
				if tr.Tally.Plans < test.plans {
					t.Errorf("%v: want %d plans", tr.Tally, test.plans)
				}
				return tr
			}
			first := run()
			before := runtime.GOMAXPROCS(1)
			alone := run()
			runtime.GOMAXPROCS(before)
			wantSame(t, first, alone, !test.races)
			if everything() {
				wantSame(t, first, run(), !test.races)
			}
		})
	}
}

// On sockets the search is the same through wave 4, whatever else the processors do: the same plans in the same order, which act and
// break the client in the same ways.
func TestSameSearchOnSockets(t *testing.T) {
	t.Parallel()
	run := func() (tr explore.Trace, err error) {
		// The client's deadline is that of its context, which is Within: it is measured as the same on each machine.
		cfg := explore.Config{All: true, Budget: 5 * time.Minute, Within: 1500 * time.Millisecond, Plans: 1000}.WithoutWave(6)
		return explore.Try(t.Context(), cfg, fault.Streams, oneQuestion)
	}
	var traces [2]explore.Trace
	var errs [len(traces)]error
	var over sync.WaitGroup
	for i := range traces {
		over.Go(func() { traces[i], errs[i] = run() })
	}
	over.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v, by wave %v", traces[0].Tally, traces[0].Tally.Waves)
	wantSame(t, traces[0], traces[1], false)
	if everything() {
		stop := busy()
		again, err := run()
		stop()
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, traces[0], again, false)
	}
}

// oneQuestion is a client that takes an answer without its end for an answer.
func oneQuestion(_ context.Context, w *explore.Wire) error {
	w.Do("ask", func(ctx context.Context) (any, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.Addr())
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		deadline, _ := ctx.Deadline()
		conn.SetDeadline(deadline)
		if _, err := io.WriteString(conn, "figs\n"); err != nil {
			return nil, err
		}
		answer, err := bufio.NewReader(conn).ReadString('\n')
		if err == io.EOF && answer != "" {
			err = nil
		}
		return strings.TrimSuffix(answer, "\n"), err
	})
	return nil
}

// busy keeps all processors busy until it is told to stop.
func busy() (stop func()) {
	var over atomic.Bool
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for !over.Load() {
			}
		})
	}
	return func() {
		over.Store(true)
		all.Wait()
	}
}

// wantSame wants two searches to have tried the same plans, which acted and broke the client in the same ways; and how the trials
// ended otherwise, if that is to be the same, too.
func wantSame(t *testing.T, one, other explore.Trace, endings bool) {
	t.Helper()
	if !slices.Equal(one.Plans, other.Plans) {
		for i := range min(len(one.Plans), len(other.Plans)) {
			if one.Plans[i] != other.Plans[i] {
				t.Errorf("plan %d is %s, and the other time %s", i+1, one.Plans[i], other.Plans[i])
				return
			}
		}
		t.Errorf("%v, and the other time %v", one.Tally, other.Tally)
		return
	}
	for i, p := range one.Plans {
		if one.Outcomes[i] != other.Outcomes[i] {
			t.Errorf("plan %d, %s, is %s, and the other time %s", i+1, p, one.Outcomes[i], other.Outcomes[i])
		} else if endings && one.Shapes[i] != other.Shapes[i] {
			t.Errorf("plan %d, %s, ends as %s, and the other time as %s", i+1, p, one.Shapes[i], other.Shapes[i])
		}
	}
	if endings && one.Tally != other.Tally {
		t.Errorf("%+v, and the other time %+v", one.Tally, other.Tally)
	}
}
