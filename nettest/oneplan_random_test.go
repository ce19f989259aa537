package nettest_test

import (
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// checkRandom runs a property n times, or as often as RAPID_CHECKS or the flag
// -rapid.checks says.
func checkRandom(t *testing.T, n int, property func(*rapid.T)) {
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

func between(t *rapid.T, low, high int, label string) int {
	return rapid.IntRange(low, high).Draw(t, label)
}

// coin draws true once in n times.
func coin(t *rapid.T, n int, label string) bool { return between(t, 1, n, label) == n }

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
	ends := rapid.SampledFrom([]map[transcript.Direction][]fault.Fault{
		{transcript.FromClient: {fault.Reset{}, fault.Close{}, fault.HalfClose{}}},
		{transcript.FromClient: nil, transcript.ToClient: {fault.Reset{}, fault.Close{}, fault.HalfClose{}}},
		{transcript.FromClient: {fault.HalfClose{}}, transcript.ToClient: {fault.HalfClose{}}},
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

func drawStreamRule(t *rapid.T, d transcript.Direction, ends []fault.Fault) fault.Rule {
	ms := func() time.Duration { return time.Duration(between(t, 1, 5, "delay")) * 100 * time.Microsecond }
	var f fault.Fault
	switch between(t, 1, 10, "fault") {
	case 1:
		d := ms()
		f = fault.Latency{Delay: d, Jitter: d / 2}
	case 2:
		f = fault.Bandwidth{BytesPerSecond: 2 << 20, Burst: 100}
	case 3:
		f = fault.Slice{Sizes: []int64{int64(between(t, 1, 9, "first"))}, Size: int64(between(t, 100, maxOffset, "size")), Variation: 90}
	case 4:
		f = fault.Stall{For: ms()}
	case 5:
		f = fault.Hold{Gate: "gate"}
	case 6:
		f = fault.Blackhole{}
	case 7:
		f = fault.Corrupt{Rate: .5}
	case 8:
		f = fault.Replace{Old: rapid.SampledFrom([]string{"line", "1\n", "nn 2"}).Draw(t, "old"), New: rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 5, -1).Draw(t, "new")}
	default:
		f = rapid.SampledFrom(append(ends, fault.SlowClose{Delay: ms()})).Draw(t, "ending")
	}
	return drawOffset(t, drawRule(t, f, d))
}

// drawOffset draws where in a stream a rule acts.
func drawOffset(t *rapid.T, r fault.Rule) fault.Rule {
	ends := false
	switch r.Fault.(type) {
	case fault.Reset, fault.Close, fault.HalfClose:
		ends = true
	}
	// An answer must not end before the request was read.
	if ends && r.Direction == transcript.ToClient || coin(t, 2, "after bytes") {
		r = r.AfterBytes(int64(between(t, 1, maxOffset, "bytes")))
	}
	if coin(t, 4, "after a match") {
		r = r.AfterMatch("line " + strconv.Itoa(between(t, 1, 81, "line")))
	}
	switch r.Fault.(type) {
	case fault.Stall, fault.Hold:
		return r
	}
	if !ends && coin(t, 3, "for bytes") {
		r = r.ForBytes(int64(between(t, 1, maxOffset, "window")))
	}
	switch r.Fault.(type) {
	case fault.Slice, fault.Corrupt, fault.Replace:
		if coin(t, 3, "limit") {
			r = r.Times(between(t, 1, 3, "times"))
		}
	}
	return r
}

func drawPacketPlan(t *rapid.T) fault.Plan { return drawPlan(t, drawPacketRule) }

func drawPacketRule(t *rapid.T) fault.Rule {
	rate := float64(between(t, 1, 9, "tenths")) / 10
	f := rapid.SampledFrom([]fault.Fault{
		fault.Loss{Rate: rate}, fault.Loss{Nth: 3}, fault.Loss{Every: 5}, fault.BurstLoss{P: rate, R: .5},
		fault.Duplicate{Rate: rate, Copies: 2}, fault.Reorder{Rate: rate, Gap: 2},
		fault.Corrupt{Rate: rate}, fault.Truncate{Size: 7}, fault.Blackhole{},
	}).Draw(t, "fault")
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
