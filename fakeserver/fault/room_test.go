package fault

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A reader that looks at the next bytes, and takes no more than Reach says, never has to give
// anything back, and does not stop where no rule acts.
func TestAReaderThatMindsReachStopsExactlyWhereARuleActs(t *testing.T) {
	check(t, 3000, func(t *rapid.T) {
		data := drawData(t)
		g, err := Plan{Seed: 1, Rules: drawStreamRules(t, len(data))}.Compile(Streams)
		if err != nil {
			t.Fatal(err)
		}
		s := g.Stream(1, toClient)
		if s == nil {
			return
		}
		s.Start()
		for at, now := 0, time.Duration(0); at < len(data) && !s.ended; {
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

func once(s Step) bool { return s.Op.Ends() || s.Op == OpStall || s.Op == OpHold }

func actsOnce(steps []Step) bool {
	for _, s := range steps {
		if once(s) {
			return true
		}
	}
	return false
}
