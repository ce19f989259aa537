package fault

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"pgregory.net/rapid"
)

// A reader that looks at the next bytes, and takes no more than Reach says, never has to give
// anything back, and does not stop where no rule acts.
func TestReachStopsExactlyWhereARuleActs(t *testing.T) {
	check(t, 3000, func(t *rapid.T) {
		data := drawData(t)
		g := compile(t, Streams, 1, drawStreamRules(t, len(data))...)
		s := g.Stream(1, toClient)
		if s == nil {
			return
		}
		s.Tick(0)
		for at, now := 0, time.Duration(0); at < len(data) && !ended(s); {
			now += time.Duration(between(t, 0, 2, "time")) * time.Millisecond
			next := data[at : at+between(t, 1, len(data)-at, "arrived")]
			room, reach := s.Room(), s.Reach([]byte(next), now)
			if !s.Looks() && int64(reach) < min(room, int64(len(next))) && reach > 0 {
				t.Fatalf("Room is %d and does not look, and Reach is %d", room, reach)
			}
			if reach == 0 {
				if !actsOnce(s.Tick(now)) {
					t.Fatalf("Reach is 0 at %d, and Tick lets nothing act", at)
				}
				continue
			}
			if int64(reach) < min(room, int64(len(next))) {
				t.Fatalf("Reach is %d of %d, and Room is %d", reach, len(next), room)
			}
			steps := s.Feed([]byte(next[:reach]), now)
			for i, step := range steps {
				if once(step) && step.Offset != int64(at+reach) && step.Offset != int64(at) {
					t.Fatalf("step %d is a %v at %d, but the reader has %d", i, step.Op, step.Offset, at+reach)
				}
				if once(step) && step.Op.Ends() && s.Taken() != int64(at+reach) {
					t.Fatalf("the reader has %d bytes, and %d were taken", at+reach, s.Taken())
				}
			}
			if reach < len(next) && !actsOnce(steps) {
				t.Fatalf("Reach is %d of %d, and nothing acts there", reach, len(next))
			}
			at += reach
		}
	})
}

func once(s decide.Step) bool {
	return s.Op.Ends() || s.Op == decide.OpStall || s.Op == decide.OpHold || s.Op == decide.OpDown || s.Op == decide.OpIgnoreDials
}

func actsOnce(steps []decide.Step) bool {
	for _, s := range steps {
		if once(s) {
			return true
		}
	}
	return false
}

// Where a rule does not act, nothing is cut: what is fed at once is one step, and also what a
// transform makes of it.
func TestRuleThatDoesNotActCutsNothing(t *testing.T) {
	for why, r := range map[string]Rule{
		"no luck": ToClient(Stall{}).AfterBytes(3).WithProbability(0), "no luck at a match": ToClient(Latency{Delay: 1}).AfterMatch("c").WithProbability(0),
		"no time": ToClient(Reset{}).AfterBytes(3).AfterTime(time.Hour), "no time at a match": ToClient(Bandwidth{BytesPerSecond: 1}).AfterMatch("c").AfterTime(time.Hour),
	} {
		for what, rules := range map[string][]Rule{"alone": {r}, "after a transform": {ToClient(Replace{Old: "x", New: "y"}), r}} {
			s := compile(t, Streams, 1, rules...).Stream(1, toClient)
			s.Tick(0)
			if steps := s.Feed([]byte("abcdef"), 0); len(steps) != 1 || string(steps[0].Data) != "abcdef" || steps[0].Taken != 6 {
				t.Errorf("%s, %s: %d steps, the first of %q", why, what, len(steps), steps[0].Data)
			}
		}
	}
}
