package explore

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// locking returns a body that asks by a client like another, with a lock that something else wants before long, as what watches for
// the end of a context does. In memory, a bubble's clock stands still then.
func locking(like lineClient) Body {
	return func(_ context.Context, w *Wire) error {
		var mu sync.Mutex
		c := like
		c.dial = w.DialContext
		for range 2 {
			w.Do("ask", func(ctx context.Context) (any, error) {
				mu.Lock()
				defer mu.Unlock()
				watch := time.AfterFunc(like.patience/2+time.Millisecond, func() {
					mu.Lock()
					defer mu.Unlock()
				})
				defer watch.Stop()
				return c.Ask(ctx, "apples")
			})
		}
		return nil
	}
}

// A client that waits for its deadline with a lock is right. Its trial is on sockets, where it comes to its end.
func TestMoverLetsALockBeHeld(t *testing.T) {
	t.Parallel()
	cfg := Config{Suite: t, Within: 300 * time.Millisecond, First: []fault.Plan{silent}, Plans: 1, Budget: time.Minute}
	r, err := Search(t.Context(), cfg, fault.Streams, locking(lineClient{patience: 100 * time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	if r.Tally.Fired != 1 || r.Tally.Lost > 0 || len(r.Finds) > 0 {
		t.Errorf("%v, want a plan that acted, and no find", r)
	}
	wantWords(t, strings.Join(r.Notes, "\n"), "tried on sockets: 1 plan,")
}

// One that waits for ever with it is found, and not only lost.
func TestMoverFindsWhatHangsWithALock(t *testing.T) {
	t.Parallel()
	l := newLocal(Config{Suite: t, Within: 100 * time.Millisecond}, fault.Streams, locking(lineClient{forgetsCtx: true}))
	if _, err := l.rehearse(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := &mover{executor: l}
	if r := m.try(t.Context(), silent); !r.Locked || r.Lost == "" || len(r.Breaches) > 0 {
		t.Errorf("in memory: %+v, want it to stand still", r)
	}
	r := m.try(t.Context(), silent)
	if !r.Moved || r.Lost != "" || !r.breaks(Breach{Oracle: Hangs, Kind: "ask"}) {
		t.Errorf("on sockets: %+v, want a hang", r)
	}
}

// standing is the executor of clients that stand still in memory where it says so.
type standing struct {
	executor
	still func(p fault.Plan) bool
}

func (x *standing) try(_ context.Context, p fault.Plan, onSockets bool) result {
	if !onSockets && x.still(p) {
		return result{Locked: true, Lost: "it stands still"}
	}
	return result{Fired: true}
}

// What stands still comes last in its wave, and each counts once. The bound of plans holds for all.
func TestMoverPutsOffWhatStandsStill(t *testing.T) {
	for bound, want := range map[int][]int64{100: {1, 3, 5, 0, 2, 4}, 4: {1, 3, 0, 2}} {
		x := &standing{still: func(p fault.Plan) bool { return p.Rules[0].After.Bytes%2 == 0 }}
		s := pretended(answersOf(), nil)
		s.cfg.Plans, s.try = bound, (&mover{executor: x}).try
		var wave []candidate
		for n := range int64(6) {
			c := candidate{plan: only(fault.ToClient(fault.Close{}).AfterBytes(n))}
			wave = append(wave, c, c)
		}
		if err := s.tryWave(t.Context(), wave); over(err) != nil {
			t.Fatal(err)
		} else if err != nil {
			s.tryMoved(t.Context())
		}
		var order []int64
		for _, p := range s.order {
			order = append(order, p.Rules[0].After.Bytes)
		}
		if !slices.Equal(order, want) || s.tally.Plans != len(want) || s.tally.Lost > 0 {
			t.Errorf("with %d plans it tried %v, %v, want %v", bound, order, s.tally, want)
		}
		if s.noteMoved(); len(s.notes) != 1 {
			t.Errorf("the notes are %q", s.notes)
		}
	}
}

// A find of that kind is confirmed on sockets, too.
func TestMoverConfirmsOnSockets(t *testing.T) {
	x := &standing{still: func(fault.Plan) bool { return true }}
	s := pretended(answersOf(), nil)
	s.try = (&mover{executor: x}).try
	f := &Find{Plan: silent, Breach: bug}
	s.tried[keyOf(silent)] = s.trial(t.Context(), silent)
	s.confirm(t.Context(), f)
	if f.Rate.Runs != socketConfirmations {
		t.Errorf("it was run %d times, want %d", f.Rate.Runs, socketConfirmations)
	}
}
