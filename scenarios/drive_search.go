package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/explore"
)

// How many plans a search tries for a promise. In memory 100 take a third of a second. On sockets clients wait for their
// deadlines, and 24 are those of the first wave in which they do so once: they take a second or two, most of it at the same time.
// A search that has not come to that after searchBudget, and ten times Within, says nothing: the machine is too busy. To
// shrink a find, to confirm it and to explain it takes findBudget each, or a trial.
const (
	memorySearchPlans = 100
	socketSearchPlans = 24
	socketsAbreast    = 20
	searchBudget      = 20 * time.Second
	findBudget        = 2 * time.Second
)

// How many lines a logger is given in a trial, and how much a connection in memory takes before its reader has read:
// less than they are long together.
const (
	searchLines     = 8
	searchLineBytes = 2500
	searchWindow    = 16 << 10
)

// searchDials is how many dials within Within a search takes for a storm.
const searchDials = 100

// A searching is a search for a plan that breaks a subject.
type searching struct {
	ctx    context.Context // of what the subject does
	memory *memoryNetwork  // of the search; nil: the kernel's
	outer  *memoryNetwork  // of the promise
	cfg    explore.Config
}

// newSearching returns a search whose trials have servers that listen starts. Within and dials are what the subject
// promises: a call that takes longer hangs; and that many dials are no storm.
func newSearching(ctx context.Context, within time.Duration, dials int, listen func(ctx context.Context, p fault.Plan) (fakeserver.Wire, error)) *searching {
	s := &searching{ctx: ctx, cfg: explore.Config{
		Within: within, Lines: searchLines, LineBytes: searchLineBytes,
		Plans: socketSearchPlans, Abreast: socketsAbreast, Budget: searchBudget + 10*within, FindBudget: findBudget, IgnoreEnv: true,
	}}
	if s.outer = memoryOf(ctx); s.outer == nil {
		s.cfg.Deadline = within // to measure it takes that, for each call
	} else {
		s.memory = &memoryNetwork{network: nettest.Network{Window: searchWindow}}
		s.ctx = context.WithValue(ctx, memoryKey{}, s.memory)
		s.cfg.Network, s.cfg.Plans = &s.memory.network, memorySearchPlans
	}
	if dials >= searchDials {
		s.cfg.Without = append(s.cfg.Without, explore.Storms)
	}
	s.cfg.Listen = func(_ fakeserver.Transport, p fault.Plan) (fakeserver.Wire, error) { return listen(s.ctx, p) }
	return s
}

// verdict says what came of the search: nil if nothing was found.
func (s *searching) verdict(r explore.Report, err error) error {
	if s.memory != nil && s.memory.asked.Load() {
		s.outer.asked.Store(true)
	}
	switch {
	case s.ctx.Err() != nil:
		return interrupted(s.ctx)
	case errors.Is(err, ErrSubject):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	case len(r.Finds) > 0:
		return verdictOn(r.Finds[0])
	case r.Tally.Plans < s.cfg.Plans: // the machine is too busy, or there is nothing to be searched
		return fmt.Errorf("%w: there were to be %d plans: %v", ErrInconclusive, s.cfg.Plans, r.Tally)
	case r.Tally.Fired < r.Tally.Plans/4:
		return fmt.Errorf("%w: most of what was to go wrong did not happen: %v", ErrInconclusive, r.Tally)
	}
	return nil
}

// verdictOn says what a find means.
func verdictOn(f *explore.Find) error {
	e := evidence{{
		report: f.Outcome.Report, draws: f.Plan.Draws(), record: f.Outcome.Transcript, recordings: []transcript.Recording{f.Outcome.Recording()},
	}}
	found := *f
	found.Evidence = "" // Run shows it
	text := errors.New(strings.TrimSpace(found.String()))
	return &evidenced{&breach{ErrBroken, "with " + wordsOf(f.Plan), text}, e}
}

// wordsOf returns a plan's rules in words.
func wordsOf(p fault.Plan) string {
	var words []string
	for _, r := range p.Rules {
		words = append(words, r.String())
	}
	return strings.Join(words, ", and ")
}

// inTurnOf returns a factory that may be called by several trials at once: one is made after the other.
func inTurnOf[S any](subject func() S) func() S {
	var mu sync.Mutex // guards the subject's factory
	return func() S {
		mu.Lock()
		defer mu.Unlock()
		return subject()
	}
}
