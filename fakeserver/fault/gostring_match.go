package fault

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// goMatch writes the calls that say which match a rule begins by.
func (t Trigger) goMatch(b *strings.Builder) {
	if t.Match == nil {
		return // see oddMatch
	}
	text := strconv.Quote(string(t.Match))
	if t.MatchIn != transcript.Neither {
		fmt.Fprintf(b, ".AfterMatchIn(%s, %s)", goDirection(t.MatchIn), text)
	}
	if t.Nth != 0 {
		fmt.Fprintf(b, ".AfterNthMatch(%d, %s)", t.Nth, text)
	}
	if t.Every {
		fmt.Fprintf(b, ".AfterEveryMatch(%s)", text)
	}
	if t.MatchIn == transcript.Neither && t.Nth == 0 && !t.Every {
		fmt.Fprintf(b, ".AfterMatch(%s)", text)
	}
}

// oddMatch returns the field of a rule that says which match, where there is none: no method sets
// the one without the other.
func (t Trigger) oddMatch() string {
	if t.Match != nil || t.Nth == 0 && !t.Every && t.MatchIn == transcript.Neither {
		return ""
	}
	return fmt.Sprintf(", After: fault.Trigger{MatchIn: %s, Nth: %d, Every: %t}", goDirection(t.MatchIn), t.Nth, t.Every)
}

func goDirection(d transcript.Direction) string {
	switch d {
	case transcript.FromClient:
		return "transcript.FromClient"
	case transcript.ToClient:
		return "transcript.ToClient"
	}
	return fmt.Sprintf("transcript.Direction(%d)", d)
}
