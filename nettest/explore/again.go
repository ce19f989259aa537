package explore

import (
	"context"
	"fmt"
	"path/filepath"
)

// again is wave 0: the finds of earlier searches, each once, and the plans to begin with.
func (s *search) again(ctx context.Context, kept []keptPlan) (notes []string, err error) {
	for _, k := range kept {
		before := len(s.finds)
		r, err := s.attempt(ctx, candidate{plan: k.plan})
		if over(err) != nil {
			return notes, err
		}
		file := filepath.Join(s.cfg.Dir, k.name+".json")
		for _, f := range s.finds[before:] {
			f.Kept = file
		}
		why, accepted := s.cfg.Accepted[k.name]
		switch broken := len(r.Breaches) > 0 && r.Fired; {
		case accepted && broken:
			s.accept(before, r)
			notes = append(notes, fmt.Sprintf("%s breaks it, which is accepted: %s", file, why))
			continue
		case accepted:
			s.finds = append(s.finds, &Find{Plan: k.plan, Kept: file, Breach: Breach{
				Oracle: Accepted, Kind: k.name, Text: fmt.Sprintf("%s does not break it any more: take it off Config.Accepted, and keep it as a regression test", file),
			}})
		case r.Refused != "":
			notes = append(notes, fmt.Sprintf("%s can't be carried out here: %s", file, r.Refused))
		case !r.Fired:
			notes = append(notes, fmt.Sprintf("%s is out of date: on this dialogue not all its rules acted", file))
		case !broken:
			notes = append(notes, fmt.Sprintf("%s is fixed: keep it as a regression test", file))
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
	return notes, nil
}

// accept takes back the finds of a plan that is accepted: what breaks the client in the same way is
// known.
func (s *search) accept(before int, r result) {
	s.finds = s.finds[:before]
	s.accepted = append(s.accepted, r.Breaches...)
}
