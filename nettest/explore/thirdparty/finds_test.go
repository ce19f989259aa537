package thirdparty_test

import (
	"flag"
	"testing"
)

var update = flag.Bool("update", false, "write FINDS.md, and save what was found")

// What breaks a client is listed, with its reason, and stays as it is; nothing else breaks it. What was
// tried is what FINDS.md says.
func TestClientIsExplored(t *testing.T) {
	var done []searched
	for _, e := range all {
		t.Run(e.Name, func(t *testing.T) {
			s := e.search(t)
			t.Logf("%v %v", s.report.Tally, s.report.Tally.Waves)
			for _, note := range s.report.Notes {
				t.Logf("note: %s", note)
			}
			for _, f := range s.report.Finds {
				if *update && f.Kept == "" {
					if _, err := f.Save(e.dir()); err != nil {
						t.Error(err)
					}
				}
				t.Errorf("not listed among its finds: %v", f)
			}
			done = append(done, s)
		})
	}
	if len(done) == len(all) && !t.Failed() {
		compareFinds(t, done)
	}
}
