package fault

import "slices"

// What a Stall or a Hold stopped is told by what came after it: that depends on the
// bytes alone, and not on how long it lasted.

// noteStop lets what follows count as coming after a stop.
func (s *Stream) noteStop(o *outcome) {
	var stopped []*outcome
	if before := s.stopped.Load(); before != nil {
		stopped = *before
	}
	stopped = append(slices.Clone(stopped), o)
	s.stopped.Store(&stopped)
}

// Followed counts n bytes of the sender's that came after what has stopped the stream
// so far. Feed does so itself; it is for bytes that are never fed. It may be called at
// any time.
func (s *Stream) Followed(n int64) {
	if stopped := s.stopped.Load(); stopped != nil {
		s.tally.followed(*stopped, n)
	}
}
