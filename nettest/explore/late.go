package explore

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// maxMoments is how many moments of a client on a silent connection are of interest.
const maxMoments = 4

// busyDelay is how much later a client on sockets may do what it does at once, when the machine is busy.
const busyDelay = 200 * time.Millisecond

// momentsIn returns how long after its server fell silent for good a client did something on that
// connection: it sent more, as if a deadline was over that it tells nobody of, or, as the last moment, it
// left. What it does at once is no moment.
func momentsIn(o Outcome) (all []time.Duration) {
	if len(o.Plan.Rules) != 1 || o.Plan.Rules[0].Direction != transcript.ToClient || o.Plan.Rules[0].Fault != fault.Fault(fault.Stall{}) {
		return nil
	}
	atOnce := briefDelay
	if !o.memory {
		atOnce = busyDelay + o.busy
	}
	conn, since := 0, time.Duration(0)
	for e := range o.Transcript.All() {
		switch {
		case conn == 0 && e.Kind == transcript.Fault && e.Conn > 0:
			conn, since = e.Conn, e.At
		case conn == 0 || e.Conn != conn || e.Direction != transcript.FromClient || e.At-since <= atOnce:
		case len(all) > 0 && e.At-since-all[len(all)-1] <= atOnce:
		default:
			if all = append(all, e.At-since); e.Kind != transcript.Data || len(all) == maxMoments {
				return all
			}
		}
	}
	return all
}

// lateFor returns for how long to fall silent, so that the server speaks between two moments of a client:
// soon after the first of them. Between which of them other is, was tried by then.
func lateFor(moments []time.Duration, other time.Duration) (all []time.Duration) {
	for i, m := range moments[:max(len(moments)-1, 0)] {
		m, next := roundDown(m), roundDown(moments[i+1])
		if m < next && (other <= m || next <= other) {
			all = append(all, min(afterDeadline(m), (m+next)/2))
		}
	}
	return all
}

// afterDeadline returns when a deadline is over for certain that was rounded down.
func afterDeadline(d time.Duration) time.Duration { return d + d/2 }

// roundDown makes a round number of how long a client was seen to wait. What somebody has set is one, and what is
// seen on sockets is a bit more, or a trifle less, as a step begins just after its context; and it is never twice the same: the
// plans that come of it are to be. It takes away less than a third.
func roundDown(d time.Duration) time.Duration {
	unit := time.Nanosecond
	for 10*unit <= d {
		unit *= 10
	}
	steps := []time.Duration{100, 80, 60, 50, 40, 30, 25, 20, 15, 12}
	for _, n := range steps {
		if n*unit/10 <= d+d/50 {
			return n * unit / 10
		}
	}
	return unit
}

// lates follows each of the first waves: where a client went on, on a connection whose server had fallen silent, the
// server speaks again after that. A client may have more deadlines than the one that is measured: for a greeting,
// say, which it then does without.
func (s *search) lates(ctx context.Context, wave []candidate) error {
	for _, c := range wave {
		of := keyOf(c.plan)
		for _, d := range lateFor(s.tried[of].Moments, s.profile.late()) {
			late := c.plan.Rules[0]
			late.Fault = fault.Stall{For: d}
			if _, err := s.attempt(ctx, candidate{plan: only(late), wave: c.wave, of: of}); err != nil {
				return err
			}
		}
	}
	return nil
}
