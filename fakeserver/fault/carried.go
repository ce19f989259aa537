package fault

import "slices"

// How a stream is told what became of its steps.

// Done tells that step was carried out, so that the report counts it.
func (s *Stream) Done(step Step) {
	switch step.Op {
	case OpPass, OpDrop:
		s.tally.progress(s.conn, step.all.all, step.all.acting, step.Offset+step.Taken)
		if step.Op == OpDrop {
			s.tally.dropped(step.out, step.Taken)
		}
	case OpFinish:
	default:
		s.tally.fired(step.out, s.conn, step.Offset)
	}
}

// Undo tells that step, which Done told of, did not come about after all: the bytes
// before it did not leave.
func (s *Stream) Undo(step Step) { s.tally.unfired(step.out, s.conn) }

// Idle tells that step was reached and did nothing: the connection had ended, or its
// gate was open. So the rule has not fired.
func (s *Stream) Idle(step Step) { s.tally.armed(step.out) }

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
// so far, unless a rule has ended it since. Feed does so itself; it is for bytes that are
// never fed. It may be called at any time.
func (s *Stream) Followed(n int64) {
	if stopped := s.stopped.Load(); stopped != nil {
		s.tally.followed(*stopped, s.conn, n)
	}
}
