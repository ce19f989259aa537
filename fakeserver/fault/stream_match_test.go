package fault

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A rule that waits for a match acts just past the first one, where a search in
// the joined text finds it; and a reader that minds Room stops there.
func TestMatcherFindsWhatASearchFinds(t *testing.T) {
	check(t, 2000, func(t *rapid.T) {
		data, pattern := drawText(t, 1, 60, "data"), drawText(t, 1, 7, "pattern")
		after := between(t, 0, len(data), "after")
		want := int64(len(data))
		found := strings.Index(data[after:], pattern)
		if found >= 0 {
			want = int64(after + found + len(pattern))
		}
		g := compile(t, Streams, 0, ToClient(Reset{}).AfterBytes(int64(after)).AfterMatch(pattern))
		tr := drive(g.Stream(1, toClient), data, drawFeeding(t, len(data)))
		if tr.passed != want || strings.HasPrefix(tr.wire[len(tr.wire)-1], "reset") != (found >= 0) {
			t.Fatalf("%q after %d in %q: %d bytes passed, want %d\n%v", pattern, after, data, tr.passed, want, tr)
		}

		s := g.Stream(2, toClient)
		s.Tick(0)
		at := int64(0)
		for at < int64(len(data)) && s.Room() > 0 {
			n := min(s.Room(), int64(len(data))-at)
			s.Feed([]byte(data[at:at+n]), 0)
			at += n
		}
		if at != want {
			t.Fatalf("%q after %d in %q: a reader has %d bytes, want %d", pattern, after, data, at, want)
		}
	})
}

func TestMatcherNeedsAsManyBytesAsAreMissing(t *testing.T) {
	m := newMatcher([]byte("abab"))
	for _, tt := range []struct {
		in   string
		need int64
	}{{"", 4}, {"aba", 1}, {"a", 3}, {"x", 4}, {"ab", 2}, {"aa", 3}, {"ba", 1}} {
		m.take([]byte(tt.in))
		if got := m.need(); got != tt.need {
			t.Errorf("after %q: need %d, want %d", tt.in, got, tt.need)
		}
	}
	if got := m.find([]byte("bxx")); got != 1 {
		t.Errorf("find = %d, want 1", got)
	}
	if got := m.find([]byte("xxx")); got != -1 {
		t.Errorf("find = %d, want -1", got)
	}
	if !m.take([]byte("b")) {
		t.Error("take does not see the match end")
	}
	if m.take([]byte("ab")) {
		t.Error("take sees a match that overlaps the first")
	}
	if !m.take([]byte("ab")) {
		t.Error("take does not see the next match, right after the first")
	}
}

// What was looked at is not searched again, and what is found is the same, wherever a
// match lies across pieces.
func TestMatcherThatHasLookedFindsTheSame(t *testing.T) {
	check(t, 3000, func(t *rapid.T) {
		data, pattern := drawText(t, 1, 60, "data"), drawText(t, 1, 7, "pattern")
		end := strings.Index(data, pattern)
		if end >= 0 {
			end += len(pattern)
		}
		m := newMatcher([]byte(pattern))
		for at := 0; at < len(data); {
			for range between(t, 0, 3, "looks") {
				shown := between(t, 0, len(data)-at, "shown")
				if got, want := m.look([]byte(data[at:at+shown])), within(end-at, shown); got != want {
					t.Fatalf("%q in %q: a look at %d bytes from %d on gives %d, want %d", pattern, data, shown, at, got, want)
				}
			}
			n := between(t, 1, len(data)-at, "piece")
			got := m.find([]byte(data[at : at+n]))
			if want := within(end-at, n); got != want {
				t.Fatalf("%q in %q: %d bytes from %d on: find gives %d, want %d", pattern, data, n, at, got, want)
			}
			if got > 0 {
				n = got
			}
			if m.take([]byte(data[at:at+n])) != (got > 0) {
				t.Fatalf("%q in %q: take of %d bytes from %d on does not agree with find", pattern, data, n, at)
			}
			if at += n; at == end {
				return
			}
		}
	})
}

// within returns end, if it is one within n bytes, or else -1.
func within(end, n int) int {
	if end > 0 && end <= n {
		return end
	}
	return -1
}
