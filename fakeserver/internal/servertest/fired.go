package servertest

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// WrongFirings returns the rules of which srv says, for all of its record, that they have acted
// otherwise than its report counts. Nothing is to happen meanwhile.
func WrongFirings(srv interface {
	Report() fault.Report
	FiredSince(string, transcript.Mark) int64
}) (wrong []string) {
	counted := map[string]int64{} // one that SetFaults has changed is there twice
	for _, o := range srv.Report().Rules {
		counted[o.Key] += o.Count
	}
	for key, n := range counted {
		if got := srv.FiredSince(key, transcript.Mark{}); got != n {
			wrong = append(wrong, fmt.Sprintf("rule %s has acted %d times by the record, and %d by the report", key, got, n))
		}
	}
	return wrong
}
