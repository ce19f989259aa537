package fault

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// How streams and peers are told what became of their decisions. A rule has fired when what
// it decided was carried out, and not before.

// The Account of a pass or a drop is the crew that was at work, that of a finish is nil, and that of
// a tell is the signal that it sends, and that of every other step, and of each hit on a datagram,
// is the outcome of its rule.

// A crew is the rules for a stream, and those of them that act at an offset.
type crew struct {
	all, acting []*outcome
	dropper     *outcome // the one of acting that lets nothing pass; or nil

	// The tally's.
	far     int64 // the furthest offset that their connection got to
	waiting bool  // that the tally tells the outcomes so
}

// ruleOf returns the outcome of the rule that acts with step, or nil.
func ruleOf(step decide.Step) *outcome {
	o, _ := step.Account.(*outcome)
	return o
}

func (s *stream) Done(step decide.Step) {
	switch step.Op {
	case decide.OpPass, decide.OpDrop:
		c := step.Account.(*crew)
		s.tally.progressOf(c, s.conn, step.Offset+step.Taken)
		if step.Op == decide.OpDrop {
			s.tally.dropped(c.dropper, step.Taken)
		}
	case decide.OpTell:
		step.Account.(*signal).tell(step.Offset)
	case decide.OpFinish:
	default:
		s.tally.fired(ruleOf(step), s.conn, step.Offset)
	}
}

func (s *stream) Undo(step decide.Step) { s.tally.unfired(ruleOf(step), s.conn) }

func (s *stream) Idle(step decide.Step) { s.tally.armed(ruleOf(step)) }

// What a Stall or a Hold stopped is told by what came after it: that depends on the
// bytes alone, and not on how long it lasted.

// noteStop lets what follows count as coming after a stop, if w is one.
func (s *stream) noteStop(w *work) {
	if !w.stops {
		return
	}
	var stopped []*outcome
	if before := s.stopped.Load(); before != nil {
		stopped = *before
	}
	if slices.Contains(stopped, w.out) {
		return // it stops the stream at each match
	}
	stopped = append(slices.Clone(stopped), w.out)
	s.stopped.Store(&stopped)
}

func (s *stream) Followed(n int64) {
	if stopped := s.stopped.Load(); stopped != nil {
		s.tally.followed(*stopped, s.conn, n)
	}
}

func (p *peer) Done(hit decide.Hit) { p.tally.fired(hit.Account.(*outcome), p.conn, hit.Number) }

func (p *peer) Undo(hit decide.Hit) { p.tally.unfiredLast(hit.Account.(*outcome)) }
