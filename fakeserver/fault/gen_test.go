package fault

import (
	"flag"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"pgregory.net/rapid"
)

const (
	toClient   = transcript.ToClient
	fromClient = transcript.FromClient
)

// check runs a property n times with FAKEWIRE_DRAWS=all, or else a fifth of that, or as often as RAPID_CHECKS or the flag
// -rapid.checks says.
func check(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	if os.Getenv("FAKEWIRE_DRAWS") != "all" {
		n = max(n/5, 10)
	}
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

// checkAtLeast runs a property n times, or as often as RAPID_CHECKS says, if that is more: what all runs together have come to is judged.
func checkAtLeast(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if given, err := strconv.Atoi(was); err != nil || given < n {
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

// drawText draws a text of a's and b's, so that patterns match and overlap themselves.
func drawText(t *rapid.T, low, high int, label string) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ab")), low, high, -1).Draw(t, label)
}

// drawData draws what a sender sends: a little, or several cells.
func drawData(t *rapid.T) string {
	unit := drawText(t, 1, 40, "data")
	if coin(t, 4, "is long") {
		return strings.Repeat(unit, 1+between(t, 1400, 3000, "length")/len(unit))
	}
	return strings.Repeat(unit, between(t, 1, 3, "repeat"))
}

// drawFeeding draws a way to cut it up.
func drawFeeding(t *rapid.T, length int) feeding {
	most := rapid.SampledFrom([]int{1, 3, 30, max(length, 1)}).Draw(t, "largest piece")
	return feeding{rapid.SliceOfN(rapid.IntRange(1, most), 1, 6).Draw(t, "pieces"), 5 * time.Millisecond}
}

// Generators are those of internal/faultgen, for faults of every kind.
var Generators struct {
	Kinds    func(m Medium) []string
	Directed func() []string                                              // of streams, without those that can act on accept only
	Draw     func(t *rapid.T, m Medium, length int, kinds []string) Fault // one of the kinds
	Example  func(m Medium, kind string, n int) Fault
	Content  func(t *rapid.T, m Medium, r Rule) Rule // goes by content
	Matches  func(t *rapid.T, m Medium, r Rule) Rule // acts at some of its matches
}

// drawFault draws a fault for m; without kinds, of any.
func drawFault(t *rapid.T, m Medium, length int, kinds ...string) Fault {
	if len(kinds) == 0 {
		kinds = Generators.Kinds(m)
	}
	return Generators.Draw(t, m, length, kinds)
}

func drawDelay(t *rapid.T) time.Duration {
	return time.Duration(between(t, 1, 9, "delay")) * time.Millisecond
}

// drawStreamRule draws a rule for a stream that makes sense; without kinds, of any that can act there.
func drawStreamRule(t *rapid.T, length int, kinds ...string) Rule {
	if len(kinds) == 0 {
		kinds = Generators.Directed()
	}
	f := drawFault(t, Streams, length, kinds...)
	r := Rule{Fault: f, Direction: toClient}
	if coin(t, 2, "after bytes") {
		r = r.AfterBytes(int64(between(t, 0, length+5, "bytes")))
	}
	if coin(t, 3, "after a match") {
		r = r.AfterMatch(drawText(t, 1, 5, "match"))
	}
	if coin(t, 8, "after a time") {
		r = r.AfterTime(drawDelay(t))
	}
	if reflect.DeepEqual(r.After, Trigger{}) && coin(t, 3, "now") {
		r = r.Now()
	}
	if coin(t, 4, "by chance") {
		r = r.WithProbability(rapid.SampledFrom([]float64{0, .5, 1}).Draw(t, "probability"))
	}
	once := isPoint(f)
	if countsHits(f) && coin(t, 3, "with a limit") {
		most := 4
		if once {
			most = 1
		}
		r = r.Times(between(t, 1, most, "times"))
	}
	if once {
		return Generators.Matches(t, Streams, r)
	}
	if coin(t, 3, "for bytes") {
		r = r.ForBytes(int64(between(t, 1, length+5, "window")))
	}
	if coin(t, 8, "for a time") {
		r = r.ForTime(drawDelay(t))
	}
	return Generators.Matches(t, Streams, r)
}

// drawStreamRules draws a plan's rules, of which few end the stream.
func drawStreamRules(t *rapid.T, length int) []Rule {
	var rules []Rule
	for range between(t, 1, 6, "rules") {
		r := drawStreamRule(t, length)
		if p, ok := r.Fault.(pointFault); ok && p.point().Op.Ends() && !coin(t, 3, "may end") {
			continue
		}
		rules = append(rules, r)
	}
	return rules
}

// drawDatagramFault draws a fault of datagrams.
func drawDatagramFault(t *rapid.T) Fault { return drawFault(t, Datagrams, 8) }
