package fault

import (
	"math"
	"time"
)

// FromClient, a rule that acts once may want nothing taken from the sender past its offset. So a
// reader has to know how far it may read; and where that depends on the bytes, it had best look at
// them first.

func (s *stream) Room() int64 {
	if s.ended {
		return 0
	}
	room := s.ahead(s.awake.stops)
	for _, w := range s.awake.works {
		if w.mayStop() {
			room = min(room, w.distance(s.offset))
		}
	}
	return room
}

func (s *stream) Looks() bool {
	for _, w := range s.awake.works {
		if w.mayStop() && (w.search != nil && len(w.due) == 0 || w.rule.After.Time > 0) && w.distance(s.offset) < math.MaxInt64 {
			return true
		}
	}
	return false
}

func (s *stream) Reach(next []byte, now time.Duration) int {
	if s.ended {
		return 0
	}
	next = next[:min(int64(len(next)), s.ahead(s.awake.stops))]
	for _, w := range s.awake.works {
		if w.mayStop() {
			next = next[:w.reach(next, s.offset, now)]
		}
	}
	return len(next)
}

func (s *stream) Alarm() (at time.Duration, ok bool) {
	if s.Told() {
		return 0, true
	}
	for _, w := range s.awake.works {
		if t := w.rule.After.Time; !s.ended && w.isPoint() && w.phase == waiting && t > 0 && w.isReady(s) {
			if !ok || t < at {
				at, ok = t, true
			}
		}
	}
	return at, ok
}

// mayStop reports whether a reader has to stop where the rule acts.
func (w *work) mayStop() bool { return w.phase == waiting && !w.lost && w.isPoint() }

// distance returns how many bytes have to pass before the rule can begin, at the least,
// or MaxInt64 if it waits for no byte.
func (w *work) distance(offset int64) int64 {
	switch {
	case offset < w.rule.After.Bytes:
		return w.rule.After.Bytes - offset
	case len(w.due) > 0 && w.due[0].at > offset:
		return w.due[0].at - offset
	case len(w.due) == 0 && w.search != nil:
		return plus(w.search.need(), w.rule.After.Plus)
	}
	return math.MaxInt64
}

// reach returns how many of next, the bytes from offset on, pass before the rule begins at
// now: all of them if it does not.
func (w *work) reach(next []byte, offset int64, now time.Duration) int {
	skip := max(0, w.rule.After.Bytes-offset)
	if now < w.rule.After.Time || skip >= int64(len(next)) {
		return len(next)
	}
	switch {
	case len(w.due) > 0:
		skip = max(skip, w.due[0].at-offset)
	case w.search != nil:
		n := w.search.foresee(next[skip:], skip == 0)
		if n < 0 {
			return len(next)
		}
		skip = plus(skip+int64(n), w.rule.After.Plus)
	case w.signal != nil:
		return len(next)
	}
	return int(min(skip, int64(len(next))))
}
