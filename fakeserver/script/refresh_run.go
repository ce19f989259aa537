package script

import (
	"iter"
	"maps"
)

func mapKeys(m map[int]edit) iter.Seq[int] { return maps.Keys(m) }

// refresh lets the step's expectation take what came in its place. The miss is nil if it has; else it says why not.
func (r *run) refresh(all []expectation, m *miss) (*miss, error) {
	e, exact := all[0].(expect)
	why := ""
	switch s := r.trail.step(); {
	case r.trail.repeats():
		why = "it is done more than once, in a loop"
	case len(all) > 1:
		why = "of a choice, nothing says which alternative was meant"
	case !exact:
		why = "what a pattern should be, nothing says"
	case m.ended != "" && len(m.got) == 0:
		why = "nothing came"
	default:
		text, ended, err := r.talk.message(e.in)
		if err != nil {
			return m, err
		}
		if ended != "" {
			why = ended
		} else if err := r.news.put(s.at, text); err != nil {
			why = err.Error()
		} else {
			return nil, nil
		}
	}
	m.why = join(m.why, "the file's line is not refreshed: "+why)
	return m, nil
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n    " + b
}

// repeats reports whether the trail leads through a loop.
func (t trail) repeats() bool {
	for _, s := range t {
		if s.round > 0 {
			return true
		}
	}
	return false
}
