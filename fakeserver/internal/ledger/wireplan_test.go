package ledger_test

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// check runs a property n times, or as often as RAPID_CHECKS or the flag
// -rapid.checks says. RAPID_CHECKS=1 with the RAPID_SEED that a failure shows
// repeats that one run.
func check(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if _, given := os.LookupEnv("RAPID_CHECKS"); !given && was == f.DefValue {
		if err := f.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(was) }()
	}
	rapid.Check(t, property)
}

// between draws a number.
func between(t *rapid.T, low, high int, label string) int {
	return rapid.IntRange(low, high).Draw(t, label)
}

// coin draws true once in n times.
func coin(t *rapid.T, n int, label string) bool { return between(t, 1, n, label) == n }

// A wirePlan is what random plans have in common. Their rules don't go by the clock:
// what they decide depends on the bytes alone.
type wirePlan struct {
	length     int           // of what is sent, about
	unit       time.Duration // of delays
	directions []transcript.Direction
	forever    bool // a stall may never end
}

var both = []transcript.Direction{transcript.FromClient, transcript.ToClient}

// gate is the gate of all holds.
const gate = "gate"

// draw draws a plan of a few rules.
func (w wirePlan) draw(t *rapid.T) fault.Plan {
	p := fault.Plan{Seed: 1 + rapid.Uint64Range(0, 1<<32).Draw(t, "seed")}
	for range between(t, 1, 4, "rules") {
		p.Rules = append(p.Rules, w.rule(t))
	}
	return p
}

// rule draws a rule, which need not fire.
func (w wirePlan) rule(t *rapid.T) fault.Rule {
	r := fault.Rule{Fault: w.fault(t), Direction: rapid.SampledFrom(w.directions).Draw(t, "direction")}.NeedNotFire()
	if coin(t, 2, "after bytes") {
		r = r.AfterBytes(int64(between(t, 0, w.length+5, "bytes")))
	}
	if coin(t, 4, "after a match") {
		r = r.AfterMatch(drawText(t, 1, 6, "match"))
	}
	if coin(t, 6, "by chance") {
		r = r.WithProbability(.5)
	}
	if faultgen.ActsOnce(r.Fault) {
		return r
	}
	if coin(t, 3, "for bytes") {
		r = r.ForBytes(int64(between(t, 1, w.length+5, "window")))
	}
	return r
}

func (w wirePlan) delay(t *rapid.T) time.Duration {
	return time.Duration(between(t, 1, 9, "delay")) * w.unit
}

// fault draws a fault of any kind.
func (w wirePlan) fault(t *rapid.T) fault.Fault {
	g := faultgen.Wire{Length: w.length, Unit: w.unit, Gate: gate, Endless: w.forever}
	return g.Draw(t, fault.Streams, faultgen.All(fault.Streams))
}

// drawText draws a text of a's and b's, so that patterns match and overlap.
func drawText(t *rapid.T, low, high int, label string) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ab")), low, high, -1).Draw(t, label)
}
