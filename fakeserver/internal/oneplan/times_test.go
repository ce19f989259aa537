package oneplan_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// recorded is everything that is in a transcript.
type recorded struct {
	header transcript.Header
	events []transcript.Event
}

// inVirtualTime runs the script in a bubble, and returns its record.
func (s streamScript) inVirtualTime(t *testing.T, p fault.Plan, start func(network, fault.Plan) (fakeserver.Wire, error)) recorded {
	t.Helper()
	var tr transcript.Transcript
	nettest.Bubble(t, func(t fakeserver.TB) {
		var err error
		if _, tr, err = s.run(new(nettest.Network), p, start); err != nil {
			t.Errorf("%v\n%v", err, tr)
		}
	})
	return recorded{tr.Header(), slices.Collect(tr.All())}
}

// compare returns where two records differ.
func (r recorded) compare(other recorded) error {
	if reflect.DeepEqual(other, r) {
		return nil
	}
	got, want := other.lines(), r.lines()
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	return fmt.Errorf("line %d differs: %d of them\n%v\nwant %d\n%v", i, len(got), around(got, i), len(want), around(want, i))
}

// lines returns the header and the events with everything that is in them, one on a line.
func (r recorded) lines() []string {
	all := []string{fmt.Sprintf("%+v", r.header)}
	for _, e := range r.events {
		all = append(all, fmt.Sprintf("%#v", e))
	}
	return all
}

func around(lines []string, i int) []string { return lines[max(0, i-2):min(len(lines), i+3)] }

// repeat runs a dialogue n times more, and returns where a record differs from the first: in a time,
// the order, or a byte.
func repeat(t *testing.T, s streamScript, p fault.Plan, n int) error {
	for _, start := range []func(network, fault.Plan) (fakeserver.Wire, error){s.direct, s.wrapped} {
		want := s.inVirtualTime(t, p, start)
		for i := range n {
			if err := want.compare(s.inVirtualTime(t, p, start)); err != nil {
				return fmt.Errorf("repeat %d of %d: %w", i+1, n, err)
			}
		}
	}
	return nil
}

// repeats returns how often to do what has to go the same way each time: FAKEWIRE_REPEATS
// times, or usual.
func repeats(t *testing.T, usual int) int {
	t.Helper()
	text, given := os.LookupEnv("FAKEWIRE_REPEATS")
	if !given {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("FAKEWIRE_REPEATS is %q, want a number", text)
	}
	return n
}

// A bubble repeats a dialogue that strictly alternates event for event, whatever goes wrong on the wire.
func TestDialogueIsTheSameEventForEvent(t *testing.T) {
	for name, p := range corpus(t, "dialogue") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := repeat(t, dialogue, p, repeats(t, 15)); err != nil {
				t.Error(err)
			}
		})
	}
}

// That is so without pauses, too: what a step records is in the record before the other side can
// act on the bytes that reach it.
func TestBreathlessDialogueIsTheSameEventForEvent(t *testing.T) {
	for name, p := range corpus(t, "dialogue") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := repeat(t, breathless, p, repeats(t, 15)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRandomDialogueIsTheSameEventForEvent(t *testing.T) {
	checkRandom(t, 30, func(rt *rapid.T) {
		p := drawPlan(rt, func(t *rapid.T) fault.Rule {
			return drawDialogueRule(t, rapid.SampledFrom(bothDirections).Draw(t, "direction"), faultgen.All(fault.Streams).Local().Ending(true))
		})
		if err := repeat(t, dialogue, p, 5); err != nil {
			rt.Fatalf("%#v\n%v", p, err)
		}
	})
}

// Without pauses, an end by the server would cross the next line, two directions may wait for the
// same moment, and so may what follows the release of a gate.
func TestRandomBreathlessDialogueIsTheSameEventForEvent(t *testing.T) {
	checkRandom(t, 30, func(rt *rapid.T) {
		d := rapid.SampledFrom(bothDirections).Draw(rt, "direction")
		p := drawPlan(rt, func(t *rapid.T) fault.Rule {
			return rapid.Custom(func(t *rapid.T) fault.Rule { return drawDialogueRule(t, d, nil) }).Filter(func(r fault.Rule) bool {
				return r.Fault.Kind() != fault.Hold{}.Kind()
			}).Draw(t, "rule in turn")
		})
		if err := repeat(t, breathless, p, 5); err != nil {
			rt.Fatalf("%#v\n%v", p, err)
		}
	})
}

// drawDialogueRule draws a rule after which each line still has an answer. A FromClient end lets the
// server go on while the client still writes, which does not alternate; a ToClient end is one of
// those given. What a match in the other direction starts, starts beside the rest of the Write that
// has the match: so it is one that a Write ends with.
func drawDialogueRule(t *rapid.T, d transcript.Direction, toClient faultgen.Kinds) fault.Rule {
	var ends faultgen.Kinds
	if d == transcript.ToClient {
		ends = toClient
	}
	r := rapid.Custom(func(t *rapid.T) fault.Rule { return drawStreamRule(t, d, ends) }).Filter(func(r fault.Rule) bool {
		edit, edits := r.Fault.(fault.Replace)
		beside := r.After.MatchIn != transcript.Neither && !bytes.HasSuffix(r.After.Match, []byte("\n"))
		return r.Fault.Kind() != fault.Blackhole{}.Kind() && !(edits && edit.Old == "1\n") && !beside
	}).Draw(t, "rule")
	r.After.Bytes %= 70 // within a dialogue
	return r
}

// What does not strictly alternate still has the same canonical form.
func TestExchangeHasOneCanonicalForm(t *testing.T) {
	for name, p := range corpus(t, "exchange") {
		t.Run(name, func(t *testing.T) {
			var want outcome
			for i := range 10 {
				nettest.Bubble(t, func(t fakeserver.TB) {
					got, tr, err := exchange.run(new(nettest.Network), p, exchange.direct)
					if i == 0 {
						want = got
					}
					if err != nil || want.compare(got) != nil {
						t.Errorf("%v, %v\n%v", err, want.compare(got), tr)
					}
				})
			}
		})
	}
}
