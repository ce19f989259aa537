package thirdparty_test

import (
	"cmp"
	"flag"
	"testing"
)

var update = flag.Bool("update", false, "write FINDS.md, and save what was found")

// What breaks a client is listed, with its reason, and stays as it is; nothing else breaks it. What was
// tried is what FINDS.md says.
func TestClientIsExplored(t *testing.T) {
	done := make([]searched, len(all))
	passed := true
	for _, turn := range []turn{alone, together, last} {
		passed = t.Run(string(turn), func(t *testing.T) {
			for i, e := range all {
				if cmp.Or(e.Turn, together) != turn {
					continue
				}
				t.Run(e.Name, func(t *testing.T) {
					if turn != alone {
						t.Parallel()
					}
					done[i] = e.search(t)
					done[i].wantKnown(t)
				})
			}
		}) && passed
	}
	for _, s := range done {
		if s.Name == "" {
			return // -run has chosen some
		}
	}
	if passed {
		compareFinds(t, done)
	}
}

// wantKnown wants that nothing was found but what is listed.
func (s searched) wantKnown(t *testing.T) {
	t.Helper()
	t.Logf("%v %v", s.report.Tally, s.report.Tally.Waves)
	for _, note := range s.report.Notes {
		t.Logf("note: %s", note)
	}
	for _, f := range s.report.Finds {
		if *update && f.Kept == "" {
			if _, err := f.Save(s.dir()); err != nil {
				t.Error(err)
			}
		}
		t.Errorf("not listed among its finds: %v", f)
	}
}
