package fault

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
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
		text += fmt.Sprintf(" and %s after it", human.Count(r.After.Plus, "byte"))
	}
	return text
}

// matchWords says which match the rule begins by; nothing if there is none.
func (t Trigger) matchWords() string {
	var words []string
	if t.Plus != 0 {
		words = append(words, human.Count(t.Plus, "byte"), "past")
	}
	if t.Every {
		words = append(words, "every")
	}
	if t.Nth != 0 {
		words = append(words, fmt.Sprintf("match %d of", t.Nth))
	}
	if t.Match != nil {
		words = append(words, strconv.Quote(string(t.Match)))
	}
	if t.MatchIn != transcript.Neither {
		words = append(words, describeWay(t.MatchIn))
	}
	return strings.Join(words, " ")
}

// describeMatches says in words how many matches came for a rule that was not reached.
func (o Outcome) describeMatches() string {
	first, _ := o.Rule.matches()
	if len(o.Rule.After.Match) == 0 || first == 1 && o.Matches == 0 {
		return ""
	}
	return fmt.Sprintf("; matches so far: %d of %d", min(o.Matches, first), first)
}
