package fault

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// describeMatch says in words which match the rule waits for.
func (r Rule) describeMatch() string {
	d := r.Direction
	if r.After.MatchIn != transcript.Neither {
		d = r.After.MatchIn
	}
	text := fmt.Sprintf("%q %v", r.After.Match, d)
	if first, _ := r.matches(); first > 1 {
		text = fmt.Sprintf("match %d of %s", first, text)
	}
	if r.After.Plus > 0 {
		text += fmt.Sprintf(" and %s after it", plural(r.After.Plus, "byte"))
	}
	return text
}

// describeMatches says in words how many matches came for a rule that was not reached.
func (o Outcome) describeMatches() string {
	first, _ := o.Rule.matches()
	if len(o.Rule.After.Match) == 0 || first == 1 && o.Matches == 0 {
		return ""
	}
	return fmt.Sprintf("; matches so far: %d of %d", min(o.Matches, first), first)
}
