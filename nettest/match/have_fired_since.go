package match

import (
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A way is one direction of one connection or peer.
type way struct {
	conn      int
	direction transcript.Direction
}

// fired returns how often the record says that a rule has acted. What a Note takes back counts only
// if the record has it.
func (r record) fired(rule string) int {
	n := int64(0)
	first := map[way]int64{} // where it acted first
	for e := range r.All() {
		at := way{e.Conn, e.Direction}
		switch from, acted := first[at]; {
		case e.Rule != rule:
		case e.Kind == transcript.Fault:
			n += max(1, e.Times)
			if !acted {
				first[at] = e.Offset
			}
		case acted && isTakenBack(e):
			n -= min(max(1, e.Count), max(0, e.Offset+max(1, e.Count)-from))
		}
	}
	return int(n)
}

// isTakenBack reports whether e says of a rule that what the record has of it did not come about.
func isTakenBack(e transcript.Event) bool {
	return e.Kind == transcript.Note && strings.HasPrefix(e.Text, "did not act: ")
}
