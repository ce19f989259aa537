package oneplan_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What these tests share with those of other packages.
var (
	checkRandom = faultgen.Check
	between     = faultgen.Between
	coin        = faultgen.Coin
)

var bothDirections = []transcript.Direction{transcript.FromClient, transcript.ToClient}

// drawPlan draws a plan of a few rules, as it comes out of JSON. Each Hold has a gate of its
// own: whether one reaches a gate before another that is held there is released would be a
// race.
func drawPlan(t *rapid.T, rule func(*rapid.T) fault.Rule) fault.Plan {
	p := fault.Plan{Seed: 1 + rapid.Uint64Range(0, 1<<32).Draw(t, "seed")}
	for n := range between(t, 1, 4, "rules") {
		r := rule(t)
		if _, holds := r.Fault.(fault.Hold); holds {
			r.Fault = fault.Hold{Gate: "gate " + strconv.Itoa(n+1)}
		}
		p.Rules = append(p.Rules, r)
	}
	text, err := json.Marshal(p)
	if err == nil {
		p, err = fault.ParsePlan(text)
	}
	if err != nil {
		t.Fatalf("%#v: %v", p, err)
	}
	return p
}

// drawRule draws what all rules have.
func drawRule(t *rapid.T, f fault.Fault, d transcript.Direction) fault.Rule {
	r := fault.Rule{Fault: f, Direction: d}.NeedNotFire()
	switch between(t, 1, 4, "conns") {
	case 1:
		r = r.OnConn(between(t, 1, conns, "conn"))
	case 2:
		r = r.FromConn(between(t, 2, conns, "conn"))
	}
	if coin(t, 5, "by chance") {
		r = r.WithProbability(.5)
	}
	return r
}

// drawStreamPlan draws a plan for an exchange in which no direction's record depends on a
// race: where a Reset ends one direction, the other has ended already, or has no rules.
func drawStreamPlan(t *rapid.T) fault.Plan {
	all := faultgen.All(fault.Streams).Local().Ending(true)
	half := faultgen.Kinds{fault.HalfClose{}.Kind()}
	ends := rapid.SampledFrom([]map[transcript.Direction]faultgen.Kinds{
		{transcript.FromClient: all},
		{transcript.FromClient: nil, transcript.ToClient: all},
		{transcript.FromClient: half, transcript.ToClient: half},
	}).Draw(t, "ends")
	return drawPlan(t, func(t *rapid.T) fault.Rule {
		d := transcript.FromClient
		if len(ends) == 2 {
			d = rapid.SampledFrom(bothDirections).Draw(t, "direction")
		}
		return drawStreamRule(t, d, ends[d])
	})
}

const maxOffset = 1900 // a little more than either side writes

// drawStreamRule draws a rule of any kind, but that of the kinds that end a stream it has only these.
func drawStreamRule(t *rapid.T, d transcript.Direction, ends faultgen.Kinds) fault.Rule {
	w := faultgen.Wire{Length: maxOffset, Unit: 100 * time.Microsecond, Gate: "gate", Old: rapid.SampledFrom([]string{"line", "1\n", "nn 2"})}
	kinds := append(faultgen.All(fault.Streams).Directed().Local().Ending(false), ends...)
	return drawOffset(t, drawRule(t, w.Draw(t, fault.Streams, kinds), d))
}

// drawOffset draws where in a stream a rule acts.
func drawOffset(t *rapid.T, r fault.Rule) fault.Rule {
	ends := slices.Contains(faultgen.All(fault.Streams).Local().Ending(true), r.Fault.Kind())
	// An answer must not end before the request was read.
	if ends && r.Direction == transcript.ToClient || coin(t, 2, "after bytes") {
		r = r.AfterBytes(int64(between(t, 1, maxOffset, "bytes")))
	}
	if coin(t, 4, "after a match") {
		r = r.AfterMatch("line " + strconv.Itoa(between(t, 1, 81, "line")))
	}
	if !faultgen.ActsOnce(r.Fault) && coin(t, 3, "for bytes") {
		r = r.ForBytes(int64(between(t, 1, maxOffset, "window")))
	}
	if limited := r.Times(between(t, 1, 3, "times")); faultgen.Valid(fault.Streams, limited) && coin(t, 3, "limit") {
		r = limited
	}
	if ends { // it acts where it would without the other direction
		return faultgen.Matches(t, fault.Streams, r)
	}
	return faultgen.Content(t, fault.Streams, r, rapid.SampledFrom([]string{"line", "line 1", "\n", "line 2\n"}))
}

func drawPacketPlan(t *rapid.T) fault.Plan { return drawPlan(t, drawPacketRule) }

// drawPacketRule draws a rule of any kind but those that let the clock decide what comes first.
func drawPacketRule(t *rapid.T) fault.Rule {
	w := faultgen.Wire{Length: 20, Unit: 100 * time.Microsecond}
	f := w.Draw(t, fault.Datagrams, faultgen.All(fault.Datagrams).Local().Without(fault.Latency{}, fault.Bandwidth{}))
	r := drawRule(t, f, rapid.SampledFrom(bothDirections).Draw(t, "direction"))
	if coin(t, 2, "after datagrams") {
		r = r.AfterDatagrams(int64(between(t, 1, datagrams, "datagrams")))
	}
	if coin(t, 2, "for datagrams") {
		r = r.ForDatagrams(int64(between(t, 1, datagrams, "window")))
	}
	if coin(t, 4, "limit") {
		r = r.Times(between(t, 1, 3, "times"))
	}
	r = faultgen.Content(t, fault.Datagrams, r, rapid.SampledFrom([]string{"1", "datagram 3", "peer 2", "2"}))
	r.After.MatchIn = transcript.Neither // else it hangs on how many come before the first answer
	return r
}

func TestOneRandomPlanOfStreams(t *testing.T) {
	checkRandom(t, 40, func(rt *rapid.T) {
		p := drawStreamPlan(rt)
		if _, err := exchange.check(t, p); err != nil {
			rt.Fatalf("%#v\n%v", p, err)
		}
	})
}

func TestOneRandomPlanOfDatagrams(t *testing.T) {
	checkRandom(t, 40, func(rt *rapid.T) {
		p := drawPacketPlan(rt)
		if _, err := (packetScript{}).check(t, p); err != nil {
			rt.Fatalf("%#v\n%v", p, err)
		}
	})
}
