package ledger_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What these tests share with those of other packages.
var (
	check   = faultgen.Check
	between = faultgen.Between
	coin    = faultgen.Coin
)

// A wirePlan is what random plans have in common. None of their rules waits for a time:
// what they decide depends on the bytes alone.
type wirePlan struct {
	length     int           // of what is sent, about
	unit       time.Duration // of delays
	directions []transcript.Direction
	forever    bool // a stall may never end
	across     bool // what a rule does may hang on the other direction, and on the handler's writes
	outages    bool // the server may go down for all
	proxied    bool // the handlers are behind a Proxy
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
	if !faultgen.ActsOnce(r.Fault) && coin(t, 3, "for bytes") {
		r = r.ForBytes(int64(between(t, 1, w.length+5, "window")))
	}
	return w.content(t, r)
}

// content lets the rule go by content now and then.
func (w wirePlan) content(t *rapid.T, r fault.Rule) fault.Rule {
	switch r.Fault.(type) {
	case fault.Blackhole, fault.Corrupt, fault.Overwrite, fault.Replace: // the ledger works out what they do from one direction alone
		return faultgen.Matches(t, fault.Streams, r)
	}
	if !w.across {
		return faultgen.Matches(t, fault.Streams, r)
	}
	return faultgen.Content(t, fault.Streams, r, rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 1, 6, -1))
}

func (w wirePlan) delay(t *rapid.T) time.Duration {
	return time.Duration(between(t, 1, 9, "delay")) * w.unit
}

// fault draws a fault of any kind that can act in a direction.
func (w wirePlan) fault(t *rapid.T) fault.Fault {
	g := faultgen.Wire{Length: w.length, Unit: w.unit, Gate: gate, Endless: w.forever}
	kinds := faultgen.All(fault.Streams).Directed()
	if !w.outages {
		kinds = kinds.Local()
	}
	return g.Draw(t, fault.Streams, kinds)
}

// drawText draws a text of a's and b's, so that patterns match and overlap.
func drawText(t *rapid.T, low, high int, label string) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ab")), low, high, -1).Draw(t, label)
}
