package fault

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A talk is both directions of a connection that take turns: each turn ends a write.
type talk struct {
	streams [2]decide.Stream // the client's, and the server's; nil: no rule is for it
	traces  [2]trace
	taken   [2]int64
}

func newTalk(c compiled, conn int) *talk {
	k := &talk{}
	for i, d := range []transcript.Direction{fromClient, toClient} {
		if k.streams[i] = c.Stream(conn, d); k.streams[i] != nil {
			k.traces[i].add(k.streams[i], k.streams[i].Tick(0))
		}
	}
	return k
}

// say feeds a turn, cut up, and lets the other side hear what it is told.
func (k *talk) say(side int, text string, pieces []int) {
	if s := k.streams[side]; s != nil && !ended(s) {
		s.WriteEnds(k.taken[side] + int64(len(text)))
		for i := 0; len(text) > 0 && !ended(s); i++ {
			n := len(text)
			if len(pieces) > 0 {
				n = min(n, pieces[i%len(pieces)])
			}
			k.traces[side].add(s, s.Feed([]byte(text[:n]), 0))
			text = text[n:]
		}
		k.taken[side] = s.Taken()
	}
	if s := k.streams[1-side]; s != nil && s.Told() {
		k.traces[1-side].add(s, s.Tick(0))
		if s.Told() {
			panic("it has heard, and is still told")
		}
	}
}

// A rule acts at the offset that its direction has come to when the match comes in the other, and
// the one direction is looked at though it has no rule of its own.
func TestRuleActsByAMatchInTheOtherDirection(t *testing.T) {
	for _, tt := range []struct {
		why                string
		rule               Rule
		fromClient, toward string // where the two sides of it act
	}{
		{"the server's", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET"), "[]", "[5]"},
		{"the client's", FromClient(Stall{For: ms}).AfterMatchIn(toClient, "220"), "[0]", "[]"},
		{"its own", FromClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET"), "[7]", "[]"},
		{"the second", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").AfterNthMatch(2, "GET"), "[]", "[8]"},
		{"each", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").AfterEveryMatch("GET"), "[]", "[5 8 8]"},
		{"the first two", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").Times(2), "[]", "[5 8]"},
		{"some bytes later", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").Plus(4).Times(9), "[]", "[9 12 12]"},
		{"never", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "POST"), "[]", "[]"},
		{"on another connection", ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").OnConn(2), "[]", "[]"},
	} {
		for _, pieces := range [][]int{nil, {1}, {3, 1}} {
			k := newTalk(compile(t, Streams, 1, tt.rule), 1)
			for i, text := range []string{"220\r\n", "HI\r\nGET", "OK\n", "GETGET", "OK, bye\n"} {
				k.say(1-i%2, text, pieces)
			}
			if got, toward := k.traces[0].offsets("stall"), k.traces[1].offsets("stall"); got != tt.fromClient || toward != tt.toward {
				t.Errorf("%s, in pieces of %v: it stalls the client's at %s and the server's at %s, want %s and %s", tt.why, pieces, got, toward, tt.fromClient, tt.toward)
			}
		}
	}
}

func TestDirectionWithoutRulesIsNotLookedAt(t *testing.T) {
	c := compile(t, Streams, 1, ToClient(Stall{}).AfterMatchIn(fromClient, "GET").OnConn(2), FromClient(Reset{}).AfterMatch("x").OnConn(3))
	for _, tt := range []struct {
		conn int
		d    transcript.Direction
		want bool
	}{{1, fromClient, false}, {1, toClient, false}, {2, fromClient, true}, {2, toClient, true}, {3, fromClient, true}, {3, toClient, false}} {
		if got := c.Stream(tt.conn, tt.d) != nil; got != tt.want {
			t.Errorf("conn %d, %v: is decided about: %v", tt.conn, tt.d, got)
		}
	}
}

// What a dialogue that takes turns comes to does not depend on how the turns are cut: also with
// rules that go by content, and by writes.
func TestDecisionsInADialogueDoNotDependOnHowBytesAreCut(t *testing.T) {
	acted := map[string]bool{}
	checkAtLeast(t, 1000, func(t *rapid.T) {
		var rules []Rule
		for range between(t, 1, 4, "rules") {
			rules = append(rules, drawContentRule(t))
		}
		turns := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return drawText(t, 1, 12, "text") }), 1, 8).Draw(t, "turns")
		plan := Plan{Seed: rapid.Uint64().Draw(t, "seed"), Rules: rules}
		run := func(how func() []int) string {
			c := compilePlan(t, Streams, plan)
			k := newTalk(c, 1)
			for i, text := range turns {
				k.say(i%2, text, how())
			}
			for i := range k.traces {
				slices.Sort(k.traces[i].marks)
			}
			for _, o := range c.Report().Rules {
				acted["across"] = acted["across"] || o.State == Fired && o.Rule.looksAcross()
				acted["writes"] = acted["writes"] || o.State == Fired && o.Rule.After.Writes > 0
				acted["again"] = acted["again"] || o.Count > 1 && o.Rule.repeats() && isPoint(o.Rule.Fault)
			}
			return fmt.Sprintf("%v\n%v\n%+v", &k.traces[0], &k.traces[1], c.Report())
		}
		want := run(func() []int { return nil })
		if got := run(func() []int { return rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4).Draw(t, "pieces") }); got != want {
			t.Fatalf("in pieces:\n%s\nin whole turns:\n%s", got, want)
		}
	})
	for _, what := range []string{"across", "writes", "again"} {
		if !acted[what] {
			t.Errorf("no rule acted %s", what)
		}
	}
}

// drawContentRule draws a rule that goes by content or by writes, with a few others among them.
func drawContentRule(t *rapid.T) Rule {
	r := drawStreamRule(t, 40)
	r.Direction = rapid.SampledFrom([]transcript.Direction{fromClient, toClient}).Draw(t, "direction")
	if r.After.Time = 0; r.Until.Time > 0 { // the two sides have no clock here
		r.Until.Time, r.After.Every = 0, false
	}
	return drawContent(t, Streams, r)
}

// A rule that comes with SetFaults looks for what comes from then on; one that stays goes on
// counting, on both sides.
func TestReplaceKeepsCountOfMatches(t *testing.T) {
	stays := ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").AfterNthMatch(3, "GET").Named("stays")
	comes := ToClient(Stall{For: ms}).AfterMatchIn(fromClient, "GET").AfterNthMatch(2, "GET").Named("comes")
	c := compile(t, Streams, 1, stays)
	k := newTalk(c, 1)
	k.say(0, "GET", nil)
	k.say(1, "one", nil)
	next := replace(t, c, stays, comes)
	for i, s := range k.streams {
		k.traces[i].add(s, s.Adopt(next.Program, 0))
	}
	k.say(0, "GET", nil)
	k.say(1, "two", nil)
	k.say(0, "GET", nil) // the third of all, and the second of those since
	want := "[stall@6+1ms stays  stall@6+1ms comes ]"
	if got := fmt.Sprint(k.traces[1].wire[1:]); got != want && len(k.traces[1].wire) > 0 {
		t.Errorf("the server's direction: %v, want %s", got, want)
	}
}

// What one direction has told before the other has the rule is not lost: the two go over to a plan
// one after the other.
func TestTellsWaitForTheDirectionThatIsLate(t *testing.T) {
	c := compile(t, Streams, 1, ToClient(Latency{Delay: ms}))
	next := replace(t, c, ToClient(Reset{}).AfterMatchIn(fromClient, "GET"))
	in := next.StreamAt(1, fromClient, 10, 0)
	for _, step := range in.Feed([]byte("GET"), 0) {
		in.Done(step)
	}
	out := c.Stream(1, toClient)
	out.Feed([]byte("hello"), 0)
	if steps := out.Adopt(next.Program, 0); len(steps) != 1 || steps[0].Op != decide.OpReset || steps[0].Offset != 5 {
		t.Errorf("Adopt = %v, want a reset at 5", steps)
	}
	if out.Told() {
		t.Error("it is told something, and has ended")
	}
}

// A direction that is told wants to be ticked at once, without a byte.
func TestAlarmIsAtOnceWhereARuleIsTold(t *testing.T) {
	c := compile(t, Streams, 1, FromClient(Reset{}).AfterMatchIn(toClient, "220").AfterTime(5*ms))
	in, out := c.Stream(1, fromClient), c.Stream(1, toClient)
	if at, ok := in.Alarm(); ok {
		t.Errorf("Alarm = %v before anything is told", at)
	}
	for _, step := range out.Feed([]byte("220"), 0) {
		if in.Told() {
			t.Error("it is told before that is done")
		}
		out.Done(step)
	}
	if at, ok := in.Alarm(); at != 0 || !ok || !in.Told() {
		t.Errorf("Alarm = %v, %v, want 0, true", at, ok)
	}
	if steps := in.Tick(ms); len(steps) > 0 {
		t.Errorf("Tick = %v before its time", steps)
	}
	if at, ok := in.Alarm(); at != 5*ms || !ok {
		t.Errorf("Alarm = %v, %v, want 5ms", at, ok)
	}
	if steps := in.Tick(5 * ms); len(steps) != 1 || steps[0].Op != decide.OpReset {
		t.Errorf("Tick = %v, want a reset", steps)
	}
}

// AfterWrites acts when the last byte of the write has passed, whatever comes in between.
func TestRuleActsAtTheEndOfAWrite(t *testing.T) {
	for _, tt := range []struct {
		why  string
		rule Rule
		want string
	}{
		{"the second", ToClient(Stall{For: ms}).AfterWrites(2), "[7]"},
		{"after bytes as well", ToClient(Stall{For: ms}).AfterWrites(2).AfterBytes(9), "[9]"},
		{"before which bytes came", ToClient(Stall{For: ms}).AfterWrites(2).AfterBytes(3), "[7]"},
		{"a match after it", ToClient(Stall{For: ms}).AfterWrites(2).AfterMatch("o"), "[9]"},
		{"one that never comes", ToClient(Stall{For: ms}).AfterWrites(4), "[]"},
	} {
		for _, pieces := range [][]int{nil, {1}, {2, 3}} {
			k := newTalk(compile(t, Streams, 1, tt.rule), 1)
			for _, text := range []string{"one", "two\n", "fourth"} {
				k.say(1, text, pieces)
			}
			if got := k.traces[1].offsets("stall"); got != tt.want {
				t.Errorf("%s, in pieces of %v: it stalls at %s, want %s", tt.why, pieces, got, tt.want)
			}
		}
	}
}

// A write that failed before its end doesn't count.
func TestWriteThatFailsDoesNotCount(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Stall{For: ms}).AfterWrites(1)).Stream(1, toClient)
	tr := &trace{}
	for _, end := range []int64{10, 6} {
		s.WriteEnds(end)
		tr.add(s, s.Feed([]byte("abc"), 0))
	}
	if got := tr.offsets("stall"); got != "[6]" {
		t.Errorf("it stalls at %s, want [6]", got)
	}
}

// A rule that comes late knows the writes before it.
func TestRuleThatComesAfterItsWriteHasPassed(t *testing.T) {
	for _, tt := range []struct {
		writes int64
		state  State
	}{{1, NotReached}, {2, Fired}, {3, Passed}} {
		c := replace(t, compile(t, Streams, 1), ToClient(Stall{For: time.Hour}).AfterWrites(2))
		s := c.StreamAt(1, toClient, 30, tt.writes)
		for _, step := range s.Tick(0) {
			s.Done(step)
		}
		if got := c.Report().Rules[0].State; got != tt.state {
			t.Errorf("after %d writes it is %v, want %v", tt.writes, got, tt.state)
		}
	}
}
