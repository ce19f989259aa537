package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/internal/words"
)

// A search tries plan after plan.
type search struct {
	cfg      Config
	profile  profile
	medium   fault.Medium
	shard    shard
	abreast  int  // how many trials in which the client waits run at once
	slow     bool // the others take long, too, and run so as well
	progress *progress
	executor executor
	try      func(ctx context.Context, p fault.Plan) result // a mover's

	tried    map[string]result // by the plan's key
	order    []fault.Plan      // in which they were tried
	planned  []fault.Plan      // by the first waves, whatever the shard
	shapes   map[string]bool
	tally    Tally
	finds    []*Find
	accepted []Breach    // known, and left alone
	notes    []string    // what was seen and is no find
	moved    []candidate // that stood still in memory, and are to be tried on sockets
	moves    int         // how many have been
	budget   time.Duration
	end      time.Time
}

// A Tally counts what a search did. It is plain data.
type Tally struct {
	Plans    int              // plans that were tried
	Fired    int              // of these, those whose rules all acted: the others prove nothing
	Refused  int              // plans that can't be carried out here; they don't count as tried
	Lost     int              // trials that did not end; of these, too, nothing is known
	Outcomes int              // outcomes that differ
	Waves    [waves]WaveTally // by wave
	Stopped  string           // why it ended before all was tried; "": it did not
}

// waves is how many waves there are, from 0.
const waves = 7

// A WaveTally counts the plans of a wave, and those of them whose rules all acted.
type WaveTally struct{ Plans, Fired int }

// String returns the tally as "300 plans, 212 fired, 51 outcomes".
func (t Tally) String() string {
	text := fmt.Sprintf("%s, %d fired, %s", words.Count(t.Plans, "plan"), t.Fired, words.Count(t.Outcomes, "outcome"))
	if t.Lost > 0 {
		text += fmt.Sprintf(", %d without an end", t.Lost)
	}
	if t.Stopped != "" {
		text += ", " + t.Stopped
	}
	return text
}

// A Find is a plan that breaks a client.
type Find struct {
	Plan     fault.Plan
	Breach   Breach
	Wave     int // in which it was found
	At       int // the number of the plan that found it, from 1
	Shrinks  int // how many trials it took to make it this small
	Rate     Rate
	Why      []string // what it hangs on
	Kept     string   // the file that it is in
	Known    bool     // it was there before this search
	Belongs  string   // the folder that Kept is to be moved to, so that it is tried first; "": it is there
	Rerun    string   // the command line that runs its test again
	Files    string   // lines that say where the recording of a run is; "": nowhere
	Evidence string   // the rules' outcomes and the record of a run
	Outcome  *Outcome // of that run; nil if it was in a process of its own, as by Config.Isolate

	redactor transcript.Redactor // of what the plan says; nil: nothing is to be hidden

	once bool // it can't be run again in this process
}

// errOver says that a search has come to its end.
var errOver = errors.New("the search is over")

// spent returns errOver when plans or time are used up.
func (s *search) spent() error {
	switch {
	case s.tally.Plans+len(s.moved) >= s.cfg.Plans:
		s.tally.Stopped = fmt.Sprintf("stopped at %d plans", s.cfg.Plans)
	case time.Now().After(s.end):
		s.tally.Stopped = fmt.Sprintf("stopped after %v", s.budget)
	default:
		return nil
	}
	return errOver
}

// keyOf returns what a plan is known by.
func keyOf(p fault.Plan) string {
	p.Comment = ""
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Sprintf("%#v", p)
	}
	return string(text)
}

// run tries what comes of the record, and then what chance makes, until the search is over.
func (s *search) run(ctx context.Context) error {
	err := s.derived(ctx)
	if err == nil {
		err = s.draws(ctx)
	}
	if errors.Is(err, errOver) && !s.enough() {
		if err := s.tryMoved(ctx); err != nil {
			return err
		}
	}
	return err
}

// enough reports whether what was found is enough.
func (s *search) enough() bool { return len(s.finds) > 0 && !s.cfg.All }

// derived tries wave after wave, but for what is drawn.
func (s *search) derived(ctx context.Context) error {
	news, twins := s.profile.split()
	first, then := news.waves(), twins.wavesAtPlaces()
	if s.medium == fault.Datagrams {
		first, then = news.packets(), twins.packetsAtPlaces()
	}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return s.tryWaves(ctx, first) },
		s.pairs,
		func(ctx context.Context) error { return s.tryWaves(ctx, then) },
		s.pairs, s.halvings, s.everyByte,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tryWaves tries wave after wave.
func (s *search) tryWaves(ctx context.Context, all [][]candidate) error {
	for _, wave := range all {
		for _, c := range wave {
			s.planned = append(s.planned, c.plan)
		}
		if err := s.tryWave(ctx, wave); err != nil {
			return err
		}
		if err := s.lates(ctx, wave); err != nil {
			return err
		}
	}
	return nil
}

// over returns nil for the end of a search.
func over(err error) error {
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// has reports whether a candidate is for this search to try.
func (s *search) has(c candidate) bool {
	return s.shard.has(c.owner()) && (s.cfg.leftOut == 0 || c.wave != s.cfg.leftOut)
}

// attempt tries a candidate, unless it was tried already, and notes what came of it. It returns an
// error when the search is over.
func (s *search) attempt(ctx context.Context, c candidate) (result, error) {
	if r, done := s.tried[keyOf(c.plan)]; done || s.isMoved(c) || !s.has(c) {
		return r, nil
	}
	if err := s.spent(); err != nil {
		return result{}, err
	}
	r := s.try(ctx, c.plan)
	if r.Locked {
		s.moved = append(s.moved, c)
		return r, nil
	}
	return r, s.note(ctx, c, r)
}

// tryNow tries a candidate that was not tried yet, whatever the shard.
func (s *search) tryNow(ctx context.Context, c candidate) (result, error) {
	if err := s.spent(); err != nil {
		return result{}, err
	}
	r := s.trial(ctx, c.plan)
	return r, s.note(ctx, c, r)
}

// note counts a result, and keeps what was found.
func (s *search) note(ctx context.Context, c candidate, r result) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.remember(keyOf(c.plan), r)
	s.order = append(s.order, c.plan)
	if r.Refused != "" {
		s.tally.Refused++
		return nil
	}
	s.tally.Plans++
	s.tally.Waves[c.wave].Plans++
	switch {
	case r.Lost != "":
		if s.tally.Lost++; s.tally.Lost == 1 {
			s.notes = append(s.notes, fmt.Sprintf("plan %d did not come to an end: %s\n%#v", s.tally.Plans, r.Lost, c.plan))
		}
		return nil
	case !r.Fired:
		return nil
	}
	s.tally.Fired++
	s.tally.Waves[c.wave].Fired++
	s.shapes[r.Shape] = true
	s.tally.Outcomes = len(s.shapes)
	s.progress.show(s.tally, len(s.finds))
	return s.keep(ctx, c, r)
}

// remember keeps what came of a plan, and not the whole outcome: that of a find is kept with the find.
func (s *search) remember(key string, r result) {
	r.outcome = nil
	s.tried[key] = r
}

// keep keeps what was found, unless it is known. It returns errOver if that is enough.
func (s *search) keep(ctx context.Context, c candidate, r result) error {
	for _, b := range r.Breaches {
		if s.known(b) {
			continue
		}
		if r.Harm != "" && !s.cfg.Isolate {
			return s.keepOnce(c, r, b)
		}
		if again := c.kept != nil && c.kept.broke(b); !again && !s.repeats(ctx, c.plan, b) {
			s.notes = append(s.notes, fmt.Sprintf("plan %d broke the client once, and not again in %d runs: %v\n%#v", s.tally.Plans, repeats, b, c.plan))
			continue
		}
		s.finds = append(s.finds, &Find{Plan: c.plan, Breach: b, Wave: c.wave, At: s.tally.Plans, Evidence: r.Evidence, Outcome: r.outcome})
		if s.enough() {
			return errOver
		}
	}
	return nil
}

// known reports whether a breach was found already.
func (s *search) known(b Breach) bool {
	for _, f := range s.finds {
		if f.Breach.same(b) {
			return true
		}
	}
	return slices.ContainsFunc(s.accepted, b.same)
}
