//go:build mutants

package fault

import "testing"

// TestListMutants tells internal/mutants what there is to disable: each fault,
// wherever it can be in a plan.
func TestListMutants(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		for _, f := range faults {
			for _, r := range []Rule{FromClient(f), ToClient(f), OnAccept(f), AtStart(f)} {
				if worksOn(f, m) && r.validateDirection(m) == nil {
					t.Attr("mutant", r.mutantName(m))
				}
			}
		}
	}
}
