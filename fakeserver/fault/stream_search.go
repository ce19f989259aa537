package fault

import (
	"math"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A search counts the matches that a rule waits for, in the stream where they come.
type search struct {
	*matcher
	out         *outcome
	first, last int // the matches that the rule acts at, counted from 1
	seen        int // how many there were
}

func newSearch(a active) *search {
	first, last := a.rule.matches()
	return &search{matcher: newMatcher(a.rule.After.Match), out: a.out, first: first, last: last}
}

// isOver reports whether no match to come is the rule's.
func (x *search) isOver() bool { return x.seen >= x.last }

// upTo returns how many of p's bytes come before the end of the next match: all if there is none.
func (x *search) upTo(p []byte) int {
	if n := x.find(p); n > 0 {
		return n
	}
	return len(p)
}

// take moves on by p, in which no match ends but with its last byte, and reports whether one
// that the rule acts at does.
func (x *search) take(t *tally, p []byte) (hit bool) {
	if !x.matcher.take(p) {
		return false
	}
	x.seen++
	t.matched(x.out, x.seen)
	return x.seen >= x.first
}

// foresee returns how many of p's bytes complete the next match that the rule acts at, or -1. It
// doesn't take them. Next says that they are those that come next.
func (x *search) foresee(p []byte, next bool) int {
	n := -1
	if next {
		n = x.look(p)
	} else {
		n = x.find(p)
	}
	if n < 0 || x.seen+1 >= x.first {
		return n
	}
	ahead := *x.matcher
	sum := 0
	for seen := x.seen + 1; ; seen++ {
		ahead.take(p[:n])
		if sum, p = sum+n, p[n:]; seen >= x.first {
			return sum
		}
		if n = ahead.find(p); n < 0 {
			return -1
		}
	}
}

// A watch is a search for a rule of the other direction.
type watch struct {
	*search
	key    string
	signal *signal
}

func newWatch(t *tally, conn int, a active) *watch {
	return &watch{newSearch(a), a.key, t.signal(a.out, conn)}
}

// upToMatch returns how many of p's bytes come before the end of the next match that something
// looks for: all if there is none.
func (s *stream) upToMatch(p []byte) int {
	for _, w := range s.awake.works {
		if w.searches(s) {
			p = p[:w.search.upTo(p)]
		}
	}
	for _, x := range s.tells {
		if !x.isOver() {
			p = p[:x.upTo(p)]
		}
	}
	return len(p)
}

// search moves on by p, which has passed and ends where the next match does, at the latest.
func (s *stream) search(p []byte) {
	at := s.offset + int64(len(p))
	for _, w := range s.awake.works {
		if w.searches(s) && w.search.take(s.tally, p) {
			w.due = append(w.due, cue{plus(at, w.rule.After.Plus), nowhere})
		}
	}
	for _, x := range s.tells {
		if !x.isOver() && x.take(s.tally, p) {
			s.steps = append(s.steps, decide.Step{Op: decide.OpTell, Offset: at, From: at, Rule: x.key, Account: x.signal})
		}
	}
	s.offset = at
}

// hear takes note of what the other direction has told.
func (s *stream) hear() {
	for _, w := range s.awake.works {
		if w.signal == nil {
			continue
		}
		for sent := w.signal.sent.Load(); w.heard < sent; w.heard++ {
			w.due = append(w.due, cue{plus(s.offset, w.rule.After.Plus), w.signal.take(w.heard)})
		}
	}
}

func (s *stream) Told() bool {
	for _, w := range s.awake.works {
		if w.signal != nil && !s.ended && w.signal.sent.Load() > w.heard {
			return true
		}
	}
	return false
}

// waitsForMatch reports whether it takes a match to let the rule begin.
func (w *work) waitsForMatch() bool { return w.search != nil || w.signal != nil }

// searches reports whether the rule looks for its match among the bytes that come next.
func (w *work) searches(s *stream) bool {
	t := &w.rule.After
	return w.search != nil && w.phase != over && !w.search.isOver() && s.offset >= t.Bytes && s.writes >= t.Writes
}

// isDue reports whether the rule's match has come, and what is to follow that.
func (w *work) isDue(offset int64) bool { return len(w.due) > 0 && w.due[0].at <= offset }

// takeDue takes the match by which the rule begins, and returns where it ended in the other
// direction. To begin on a stretch, one is as good as several.
func (w *work) takeDue(offset int64) (end int64) {
	if !w.isDue(offset) {
		return nowhere
	}
	end = w.due[0].end
	for w.isDue(offset) {
		if w.due = w.due[1:]; w.isPoint() {
			break
		}
	}
	return end
}

// plus returns the offset n bytes after another.
func plus(offset, n int64) int64 {
	if offset > math.MaxInt64-n {
		return math.MaxInt64
	}
	return offset + n
}
