package fault

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReplaceEditsAcrossCuts(t *testing.T) {
	wantDelivered(t, "xabcx", "xNEWx", ToClient(Replace{Old: "abc", New: "NEW"}))
	wantDelivered(t, "aaaaa", "bba", ToClient(Replace{Old: "aa", New: "b"}))
	wantDelivered(t, "aabaabaac", "aab!", ToClient(Replace{Old: "aabaac", New: "!"})) // begins anew within itself
	wantDelivered(t, "xabcx", "xx", ToClient(Replace{Old: "abc"}))
	wantDelivered(t, "xab", "xab", ToClient(Replace{Old: "abc", New: "NEW"}))
	wantDelivered(t, "abcabcabc", "xxabc", ToClient(Replace{Old: "abc", New: "x"}).Times(2))
	wantDelivered(t, "abcabcabc", "abcxabc", ToClient(Replace{Old: "abc", New: "x"}).AfterBytes(1).ForBytes(6))
	wantDelivered(t, "abcabcabc", "abcabcx", ToClient(Replace{Old: "abc", New: "x"}).AfterBytes(4))
	wantDelivered(t, "abcabc", "abcabc", ToClient(Replace{Old: "abc", New: "x"}).ForBytes(2))
}

func TestReplaceTellsWhereItActed(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Replace{Old: "ab", New: "x"}).AfterBytes(1))
	tr := drive(g.Stream(1, toClient), "ababcab", feeding{pieces: []int{1}})
	want := `000002 replace.ToClient.1 "replace" 0s` + "\n" + `000005 replace.ToClient.1 "replace" 0s`
	if got := strings.Join(tr.marks, "\n"); got != want {
		t.Errorf("marks:\n%s want\n%s", got, want)
	}
}

func TestReplaceKeepsBackNoMoreThanAPartialMatch(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Replace{Old: "aab", New: "x"})).Stream(1, toClient)
	for _, tt := range []struct{ in, out string }{{"c", "c"}, {"a", ""}, {"a", ""}, {"a", "a"}, {"b", "x"}, {"a", ""}, {"c", "ac"}} {
		got := ""
		for _, step := range s.Feed([]byte(tt.in), 0) {
			got += string(step.Data)
		}
		if got != tt.out {
			t.Errorf("after %q: %q, want %q", tt.in, got, tt.out)
		}
	}
}

func TestReplaceHandsOnWhatItKeptBeforeAnEnding(t *testing.T) {
	wantDelivered(t, "xabcab", "xab", ToClient(Replace{Old: "abc", New: "1"}), ToClient(Reset{}).AfterBytes(3))
	wantDelivered(t, "abab", "abx", ToClient(Replace{Old: "abc", New: "1"}).ForBytes(2), ToClient(Replace{Old: "ab", New: "x"}).AfterBytes(2))
}

func TestReplaceLeavesAloneWhatCameBeforeIt(t *testing.T) {
	wantDelivered(t, "xxabzzabz", "xxabzz!z", ToClient(Replace{Old: "abc", New: "1"}), ToClient(Replace{Old: "ab", New: "!"}).AfterBytes(4))
}

// Replace is strings.Replace, however the text is cut.
func TestReplaceIsStringsReplace(t *testing.T) {
	check(t, 2000, func(t *rapid.T) {
		data := drawText(t, 1, 60, "data")
		var rules []Rule
		want := data
		for range between(t, 1, 3, "edits") {
			edit := Replace{Old: drawText(t, 1, 6, "old"), New: drawText(t, 0, 4, "new")}
			r := ToClient(edit)
			n := -1
			if coin(t, 3, "limited") {
				n = between(t, 1, 4, "times")
				r = r.Times(n)
			}
			rules = append(rules, r)
			want = strings.Replace(want, edit.Old, edit.New, n)
		}
		g := compile(t, Streams, 0, rules...)
		if tr := drive(g.Stream(1, toClient), data, drawFeeding(t, len(data))); tr.delivered != want {
			t.Fatalf("%q became %q, want %q", data, tr.delivered, want)
		}
	})
}

func TestReplaceRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(Replace{New: "x"}), "Old is empty")
	wantInvalid(t, Datagrams, ToClient(Replace{Old: "x"}), "replace is not a fault of datagrams")
}
