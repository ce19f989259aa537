package fault

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A signal is how often a rule's match has come in the other direction of a connection: so often
// that the rule is to act by it. One direction sets it when the match has got to where it matters,
// and the other looks at it when it can.
type signal struct {
	sent atomic.Int64

	mu   sync.Mutex // guards what follows, and that sent becomes more
	ends []matchEnd // of the matches that the other direction has not taken, in their order
}

// A matchEnd says where a match ended that came in the other direction.
type matchEnd struct {
	n  int64 // which match, from 0
	at int64
}

// maxEnds is how many matches wait at most to be taken with where they ended: a direction in which
// nothing happens any more takes none.
const maxEnds = 1024

// tell counts a match that ended at an offset, or came in a datagram of that number.
func (x *signal) tell(at int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.ends) < maxEnds {
		x.ends = append(x.ends, matchEnd{x.sent.Load(), at})
	}
	x.sent.Add(1)
}

// take returns where match n ended, counted from 0, or nowhere, if that was not kept. Those before it
// are not asked for any more.
func (x *signal) take(n int64) (at int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at = nowhere
	for len(x.ends) > 0 && x.ends[0].n <= n {
		if x.ends[0].n == n {
			at = x.ends[0].at
		}
		x.ends = x.ends[1:]
	}
	return at
}

// A cue is a match by which a rule is to begin.
type cue struct {
	at  int64 // the offset at which it is to
	end int64 // where the match ended in the other direction; nowhere, if it came in the rule's own
}

const nowhere = -1

// A cause is the match in the other direction by which a rule has begun, for the record, which says it
// once. Its zero value is none.
type cause struct {
	end int64 // where the match ended
	way transcript.Direction
}

// causeOf returns the cause of r, which has begun by a match that ended there.
func causeOf(r *Rule, end int64) cause {
	if end == nowhere {
		return cause{}
	}
	return cause{end, r.After.MatchIn}
}

// with adds the cause to what the record says that the rule does. Where are the words for where the
// match was.
func (c cause) with(text, where string) string {
	if c.way == transcript.Neither {
		return text
	}
	if text != "" {
		text += ", "
	}
	return text + fmt.Sprintf("after the match %s %d %v", where, c.end, c.way)
}
