package fault

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// offsetsOf returns the offsets just past each pattern in data from an offset on, none of which
// has a byte in common with another.
func offsetsOf(data, pattern string, from int) (ends []int64) {
	for at := from; ; {
		i := strings.Index(data[at:], pattern)
		if i < 0 {
			return ends
		}
		at += i + len(pattern)
		ends = append(ends, int64(at))
	}
}

// A point fault acts past the matches that the rule says, where a search in the joined text finds
// them: each of them, in turn, and a reader that minds Room is at each when it acts.
func TestRuleActsAtTheMatchesThatItSays(t *testing.T) {
	check(t, 3000, func(t *rapid.T) {
		data, pattern := drawText(t, 1, 60, "data"), drawText(t, 1, 4, "pattern")
		after, nth, plus := between(t, 0, len(data), "after"), between(t, 0, 4, "nth"), between(t, 0, 6, "plus")
		rule := FromClient(Stall{For: ms}).AfterBytes(int64(after)).AfterNthMatch(nth, pattern).Plus(int64(plus)).Times(between(t, 0, 4, "times"))
		if coin(t, 2, "every") {
			rule = rule.AfterEveryMatch(pattern)
		}
		var want []int64
		for i, end := range offsetsOf(data, pattern, after) {
			if at := end + int64(plus); i+1 >= max(1, nth) && at <= int64(len(data)) && (len(want) == 0 || rule.repeats()) && (rule.Limit == 0 || len(want) < rule.Limit) {
				want = append(want, at)
			}
		}
		c := compile(t, Streams, 0, rule)
		tr := drive(c.Stream(1, fromClient), data, drawFeeding(t, len(data)))
		if got := tr.offsets("stall"); got != fmt.Sprint(want) {
			t.Fatalf("%#v on %q: acts at %s, want %v\n%v", rule, data, got, want, tr)
		}
		if got := c.Report().Rules[0].Count; got != int64(len(want)) {
			t.Fatalf("the report says %d times, want %d", got, len(want))
		}
		s := c.Stream(2, fromClient)
		acts := len(s.Tick(0)) // where there is no byte before it
		for at := int64(0); at < int64(len(data)); {
			n := min(s.Room(), int64(len(data))-at)
			if reach := int64(s.Reach([]byte(data[at:]), 0)); reach < n {
				t.Fatalf("%#v on %q: Room is %d at %d, and Reach only %d", rule, data, s.Room(), at, reach)
			} else if s.Looks() && coin(t, 2, "look") {
				n = reach
			}
			for _, step := range s.Feed([]byte(data[at:at+n]), 0) {
				if step.Rule != "" {
					acts++
					if step.Offset != at+n {
						t.Fatalf("%#v on %q: acts at %d, and the reader is at %d", rule, data, step.Offset, at+n)
					}
				}
			}
			at += n
		}
		if acts != len(want) {
			t.Fatalf("%#v on %q: acts %d times on a reader, want %d", rule, data, acts, len(want))
		}
	})
}

// offsets returns where a trace has an op.
func (tr *trace) offsets(op string) string {
	all := []int64{}
	for _, line := range tr.wire {
		var at int64
		if n, _ := fmt.Sscanf(line, op+"@%d+", &at); n == 1 {
			all = append(all, at)
		}
	}
	return fmt.Sprint(all)
}

// A window opens anew past each match, also within one that is open, and what acts there begins
// anew, too.
func TestRuleOpensItsWindowAtEachMatch(t *testing.T) {
	upper := ToClient(Replace{Old: "a", New: "A"})
	for _, tt := range []struct {
		why, data, want string
		rule            Rule
	}{
		{"three windows", "aa:aaaa:aaaa:aaaa", "aa:AAaa:AAaa:AAaa", upper.AfterEveryMatch(":").ForBytes(2)},
		{"from the second on", "aa:aaaa:aaaa:aaaa", "aa:aaaa:AAaa:AAaa", upper.AfterNthMatch(2, ":").AfterEveryMatch(":").ForBytes(2)},
		{"the second only", "aa:aaaa:aaaa:aaaa", "aa:aaaa:AAaa:aaaa", upper.AfterNthMatch(2, ":").ForBytes(2)},
		{"some bytes later", "aa:aaaa:aaaa:aaaa", "aa:aAAa:aAAa:aAAa", upper.AfterEveryMatch(":").Plus(1).ForBytes(2)},
		{"one within another", "a:aa:aaaaaaa", "a:AA:AAAAaaa", upper.AfterEveryMatch(":").ForBytes(4)},
		{"it acts five times in all", "a:aaaa:aaaa:aaaa", "a:AAaa:AAaa:Aaaa", upper.AfterEveryMatch(":").ForBytes(2).Times(5)},
		{"matches don't overlap", "::::aaaaa", "::::AAAaa", upper.AfterEveryMatch("::").ForBytes(3)},
		{"bits count from each", "x:abcd:abcd", "x:\x60bcd:\x60bcd", ToClient(Corrupt{Bits: []int64{0}}).AfterEveryMatch(":").ForBytes(3)},
		{"a hole after each", "x:abcd:abcd", "x:cd:cd", ToClient(Blackhole{}).AfterEveryMatch(":").ForBytes(2)},
	} {
		t.Run(tt.why, func(t *testing.T) { wantDelivered(t, tt.data, tt.want, tt.rule) })
	}
}

func TestSliceBeginsAnewAtEachMatch(t *testing.T) {
	wantSteps(t, "ab:cdefg:hijklmn", "ab: cut@3 c cut@4 de cut@6 fg: cut@9 h cut@10 ij cut@12 klmn",
		ToClient(Slice{Sizes: []int64{1, 2}}).AfterEveryMatch(":").ForBytes(3))
}

// Each time that a rule begins it has draws of its own.
func TestSliceDrawsApartAtEachMatch(t *testing.T) {
	block := ":" + strings.Repeat("x", 300)
	got := steps(compile(t, Streams, 3, ToClient(Slice{Size: 40, Variation: 39}).AfterEveryMatch(":").ForBytes(290)).Stream(1, toClient), block+block, whole)
	var cuts [2][]int64
	for _, word := range strings.Fields(got) {
		var at int64
		if n, _ := fmt.Sscanf(word, "cut@%d", &at); n == 1 {
			cuts[at/301] = append(cuts[at/301], at%301)
		}
	}
	if len(cuts[0]) < 3 || fmt.Sprint(cuts[0]) == fmt.Sprint(cuts[1]) {
		t.Errorf("both windows are cut alike: %v", cuts)
	}
}

// A window that goes by the clock opens anew, too.
func TestRuleOpensItsTimedWindowAtEachMatch(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Blackhole{}).AfterEveryMatch(":").ForTime(10*ms)).Stream(1, toClient)
	tr := &trace{}
	for i, piece := range []string{"a:b", "c", "d:e", "f"} {
		tr.add(s, s.Feed([]byte(piece), time.Duration(i)*6*ms)) // at 0, 6, 12 and 18 ms
	}
	if tr.delivered != "a:d:" {
		t.Errorf("delivered %q, want a:d:", tr.delivered)
	}
}

// A rule that waits for a time, too, acts by all the matches before that once it has come.
func TestRuleActsByEarlierMatchesWhenItsTimeComes(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Stall{For: ms}).AfterEveryMatch(":").AfterTime(10*ms)).Stream(1, toClient)
	tr := &trace{}
	tr.add(s, s.Feed([]byte("a:b:c"), 5*ms))
	if at, ok := s.Alarm(); at != 10*ms || !ok {
		t.Errorf("Alarm = %v, %v, want 10ms", at, ok)
	}
	tr.add(s, s.Tick(10*ms))
	if at, ok := s.Alarm(); ok {
		t.Errorf("Alarm = %v, and nothing waits", at)
	}
	tr.add(s, s.Feed([]byte(":d"), 12*ms))
	if got := tr.offsets("stall"); got != "[5 5 6]" {
		t.Errorf("stalls at %s, want [5 5 6]", got)
	}
}

// Each window is told in the record, and counts.
func TestRuleIsMarkedInEachWindow(t *testing.T) {
	for _, f := range []Fault{Latency{Delay: ms}, Blackhole{}, Bandwidth{BytesPerSecond: 1000}} {
		c := compile(t, Streams, 1, ToClient(f).AfterEveryMatch(":").ForBytes(2))
		if tr := drive(c.Stream(1, toClient), "a:bcd:efg:hij", feeding{}); len(tr.marks) != 3 || c.Report().Rules[0].Count != 3 {
			t.Errorf("%s is marked at %q and counted %d times, want 3 times", f.Kind(), tr.marks, c.Report().Rules[0].Count)
		}
	}
}

// The probability is drawn once for a connection, and not at each match.
func TestRuleDrawsOnceForAllMatches(t *testing.T) {
	counts := map[string]int{}
	c := compile(t, Streams, 1, ToClient(Stall{For: ms}).AfterEveryMatch(":").WithProbability(.5))
	for conn := 1; conn <= 100; conn++ {
		counts[drive(c.Stream(conn, toClient), "a:b:c", feeding{}).offsets("stall")]++
	}
	if len(counts) != 2 || counts["[2 4]"] < 25 || counts["[]"] < 25 {
		t.Errorf("stalls at %v, want [2 4] on half of all connections, and nowhere on the other", counts)
	}
}

// What can't be reached takes no room.
func TestRuleFarBeyondItsMatchNeverActs(t *testing.T) {
	c := compile(t, Streams, 1, FromClient(Stall{}).AfterEveryMatch(":").Plus(math.MaxInt64))
	s := c.Stream(1, fromClient)
	if tr := drive(s, "a:b:c", feeding{}); tr.offsets("stall") != "[]" {
		t.Errorf("it acts: %v", tr)
	}
	wantReport(t, c, "not reached: it waits for \":\" FromClient and 9223372036854775807 bytes after it; conn 1 got to byte 5; matches so far: 1 of 1")
}

func TestReportSaysHowManyMatchesCame(t *testing.T) {
	c := compile(t, Streams, 1, ToClient(Reset{}).AfterNthMatch(3, "line\n"), FromClient(Reset{}).AfterNthMatch(2, "line\n").AfterMatchIn(toClient, "line\n"))
	drive(c.Stream(1, toClient), "line\n", feeding{})
	drive(c.Stream(2, toClient), "line\nline\nlin", feeding{})
	wantReport(t, c, "not reached: it waits for match 3 of \"line\\n\" ToClient; conn 2 got to byte 13; matches so far: 2 of 3")
	if o := c.Report().Rules; o[0].Matches != 2 || o[1].Matches != 2 {
		t.Errorf("%d and %d matches are reported, want 2", o[0].Matches, o[1].Matches)
	}
	wantReport(t, c, "not reached: it waits for match 2 of \"line\\n\" ToClient; none of its connections sent anything in that direction (2 accepted); matches so far: 2 of 2")
}

func wantReport(t *testing.T, c compiled, want string) {
	t.Helper()
	if got := c.Report().String(); !strings.Contains(got, want) {
		t.Errorf("the report is\n%swant %s", got, want)
	}
}

// The last boundary of a window may be the rule's last: it begins no other, whether the bytes come
// one by one or not.
func TestSliceThatHasNoMoreBoundariesBeginsNoWindow(t *testing.T) {
	wantSteps(t, "babababab", "ba cut@2 b cut@3 ababab", ToClient(Slice{Size: 1}).AfterEveryMatch("a").ForBytes(1).Times(2))
}
