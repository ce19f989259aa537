package explore

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// begin takes what measuring has shown, if that can't be tried again, and then begins with wave 0.
func (s *search) begin(ctx context.Context, silent measurement, kept []keptPlan) (notes []string, err error) {
	if silent.Harm != nil {
		if err := s.note(ctx, candidate{plan: silence(s.cfg, s.medium), wave: 1}, *silent.Harm); err != nil {
			return nil, err
		}
	}
	return s.again(ctx, kept)
}

// again is wave 0: the finds of earlier searches, each once and on each shard, the plans to begin with, and what a recording of a run that
// failed suggests.
func (s *search) again(ctx context.Context, kept []keptPlan) (notes []string, err error) {
	for _, k := range kept {
		before := len(s.finds)
		err := s.tryKept(ctx, k)
		r, tried := s.tried[keyOf(k.plan)]
		if over(err) != nil || !tried {
			return notes, err
		}
		file := filepath.Join(s.cfg.Dir, k.name+".json")
		for _, f := range s.finds[before:] {
			f.Kept, f.Known = file, true
		}
		note := became(file, r)
		if _, accepted := s.cfg.Accepted[k.name]; accepted && r.Refused == "" && r.Lost == "" {
			note, err = s.accept(k, file, before, r), nil
		}
		if note != "" {
			notes = append(notes, note)
		}
		if err != nil || len(s.finds) > before && !s.cfg.All {
			return notes, errOver
		}
	}
	for _, p := range s.cfg.First {
		if _, err := s.attempt(ctx, candidate{plan: p}); err != nil {
			return notes, err
		}
	}
	return notes, s.fromFailed(ctx)
}

// tryKept tries a kept plan, whatever the shard: all of them try all that is kept. One that did not break the client
// each time is tried as often as it takes to say that it does not any more.
func (s *search) tryKept(ctx context.Context, k keptPlan) error {
	key := keyOf(k.plan)
	if _, done := s.tried[key]; done {
		return nil
	}
	c := candidate{plan: k.plan, kept: &k}
	r, err := s.tryNow(ctx, c)
	for n := 1; n < k.proof() && err == nil && r.Fired && len(r.Breaches) == 0; n++ {
		if r = s.trial(ctx, k.plan); len(r.Breaches) > 0 {
			s.remember(key, r)
			return s.keep(ctx, c, r)
		}
	}
	return err
}

// became says what became of a kept plan that is not accepted; "" if it breaks the client.
func became(file string, r result) string {
	switch {
	case r.Refused != "":
		return fmt.Sprintf("%s can't be carried out here: %s", file, r.Refused)
	case r.Lost != "":
		return fmt.Sprintf("%s did not come to an end: %s", file, r.Lost)
	case !r.Fired:
		return file + outOfDate
	case len(r.Breaches) == 0:
		return fmt.Sprintf("%s is fixed: keep it as a regression test", file)
	}
	return ""
}

// outOfDate is said of a plan that is for another dialogue.
const outOfDate = " is out of date: on this dialogue not all its rules acted"

// accept takes what a plan that is accepted has shown, when there were so many finds before it: what breaks the client in the same
// way is known. That it does not break the client as it did is a find. It returns what there is to be noted.
func (s *search) accept(k keptPlan, file string, before int, r result) (note string) {
	text := file + outOfDate
	switch {
	case !r.Fired:
	case len(r.Breaches) == 0:
		text = fmt.Sprintf("%s does not break it any more: take it off Config.Accepted, and keep it as a regression test", file)
	case !slices.ContainsFunc(r.Breaches, k.broke):
		text = fmt.Sprintf("%s does not break it in the way that is accepted, but by %v", file, r.Breaches[0])
	default:
		s.finds = s.finds[:before]
		s.accepted = append(s.accepted, r.Breaches...)
		return fmt.Sprintf("%s breaks it, which is accepted: %s", file, s.cfg.Accepted[k.name])
	}
	s.finds = append(s.finds, &Find{Plan: k.plan, Kept: file, Known: true, Breach: Breach{Oracle: Accepted, Kind: k.name, Text: text}})
	return ""
}
