package rematch_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"pgregory.net/rapid"
)

// found is what a Finder gave of a stream.
type found struct {
	text    string  // all pieces, one after the other
	matches [][]int // as FindAllSubmatchIndex gives them
	held    int     // the most that was held back
}

// find feeds a stream in pieces, which are overwritten after they were fed, as a buffer is that is used again.
func find(f *rematch.Finder, stream ...[]byte) found {
	var all found
	fed := 0
	for _, b := range stream {
		buffer := slices.Clone(b)
		all.note(f.Feed(buffer))
		clear(buffer)
		fed += len(b)
		all.held = max(all.held, fed-len(all.text))
	}
	all.note(f.End())
	return all
}

func (all *found) note(pieces []rematch.Piece) {
	for _, piece := range pieces {
		if piece.Match != nil {
			all.matches = append(all.matches, moved(piece.Match, len(all.text)))
		}
		all.text += string(piece.Data)
	}
}

func moved(groups []int, by int) []int {
	groups = slices.Clone(groups)
	for i, at := range groups {
		if at >= 0 {
			groups[i] += by
		}
	}
	return groups
}

func TestFinderFindsWhatRegexpFindsInTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := expressions(append(looks, atoms...)).Draw(t, "expr")
		text := drawText(t, 12)
		checkFinder(t, expr, text, drawCuts(t, text))
	})
}

func checkFinder(t rapid.TB, expr string, text []byte, cuts [][]byte) {
	got := find(rematch.MustCompile(expr).Finder(0), cuts...)
	if want := regexp.MustCompile(expr).FindAllSubmatchIndex(text, -1); !slices.EqualFunc(got.matches, want, slices.Equal) {
		t.Errorf("`%s` in %q, cut as %q: %v, want %v", expr, text, cuts, got.matches, want)
	}
	if got.text != string(text) {
		t.Errorf("`%s`: the pieces are %q, want %q", expr, got.text, text)
	}
}

func FuzzFinder(f *testing.F) {
	f.Add(`a(b|c)*?\b`, []byte("abcb a\xc3"), 1)
	f.Add(`(?m:^)|x*|\B`, []byte("xx\r\n🙂x"), 3)
	f.Fuzz(func(t *testing.T, expr string, text []byte, size int) {
		if _, err := rematch.Compile(expr); err != nil || len(expr) > 50 || len(text) > 200 || size <= 0 {
			t.Skip()
		}
		checkFinder(t, expr, text, slices.Collect(slices.Chunk(text, size)))
	})
}

func TestFinderBoundIsTheLongestMatchAndWhatIsHeldBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := expressions(append(looks, atoms...)).Draw(t, "expr")
		text, most := drawText(t, 20), rapid.IntRange(1, 6).Draw(t, "most")
		whole, cut := rematch.MustCompile(expr).Finder(most), rematch.MustCompile(expr).Finder(most)
		want, got := find(whole, text), find(cut, drawCuts(t, text)...)
		if !slices.EqualFunc(got.matches, want.matches, slices.Equal) || got.text != string(text) || want.text != string(text) {
			t.Errorf("`%s` in %q: %v in pieces, %v in one", expr, text, got, want)
		}
		for _, match := range got.matches {
			if match[1]-match[0] > most {
				t.Errorf("`%s` in %q: a match of %d bytes, want at most %d", expr, text, match[1]-match[0], most)
			}
		}
		if got.held > most+3 {
			t.Errorf("`%s` in %q: %d bytes were held back, want at most %d and what has come of a character", expr, text, got.held, most)
		}
		all := regexp.MustCompile(expr).FindAllSubmatchIndex(text, -1)
		short := !slices.ContainsFunc(all, func(match []int) bool { return match[1]-match[0] > most })
		if short && !slices.EqualFunc(got.matches, all, slices.Equal) {
			t.Errorf("`%s` in %q: %v, want %v, none of which is longer than %d", expr, text, got.matches, all, most)
		}
	})
}

func TestFinderHoldsBackOnlyWhatMayBeOfAMatch(t *testing.T) {
	for _, test := range []struct{ expr, fed, passes, why string }{
		{"PING", "xPIN", "x", "G may come"},
		{"PING", "xPIX", "xPIX", "no match begins here"},
		{"PING", "PPIN", "P", "the second P may begin one"},
		{"PING", "PING", "PING", "nothing can be longer"},
		{"PINGS?", "PING", "", "an S may come"},
		{"PINGS??", "PING", "PING", "what is preferred is decided"},
		{`PING\b`, "PING", "", "the word may go on"},
		{`PING\b`, "PING ", "PING ", "the word has ended"},
		{`PING\b`, "PING\xf0", "PING\xf0", "a character begins that no word has"},
		{`(?m)^PING$`, "PING", "", "the line may go on"},
		{`(?m)^PING$`, "PING\n", "PING\n", "the line has ended"},
		{`(?m)^PING\r?$`, "PONG\r", "PONG\r", "the line began with something else"},
		{"é", "xé", "xé", "a match"},
		{"é", "x\xc3", "x", "the second byte may come"},
		{"é", "x\xe2", "x\xe2", "a character of three bytes begins, and é has two"},
		{"a", "x\xc3", "x\xc3", "whatever it becomes, it is no a"},
		{"ab?", "a\xc3", "a\xc3", "whatever it becomes, the match is a"},
		{`ab?`, "a", "", "b may come"},
		{`a\x{FFFD}`, "a\xc3", "", "it may become invalid"},
		{`a[^x]`, "ab", "ab", "a match"},
		{`\B`, "a\xf0\x9f", "a", "there may be an empty match within, if this becomes no character"},
		{`\B\x{FFFD}`, "a\xf0\x9f", "a", "the second byte may be a match, if this becomes no character"},
	} {
		f := rematch.MustCompile(test.expr).Finder(0)
		got := ""
		for _, piece := range f.Feed([]byte(test.fed)) {
			got += string(piece.Data)
		}
		if got != test.passes {
			t.Errorf("`%s` after %q lets %q pass, want %q: %s", test.expr, test.fed, got, test.passes, test.why)
		}
	}
}

func TestFinderGivesUpWhatGrowsTooLong(t *testing.T) {
	for _, test := range []struct {
		expr string
		most int
		text string
		want string
	}{
		{"<[^>]*>", 5, "<123>", "[<123>]"},
		{"<[^>]*>", 5, "<1234>", "<1234>"},
		{"<[^>]*>", 5, "<1234><1>", "<1234>[<1>]"},
		{"x+", 3, "xxxxxxxx", "[xxx][xxx][xx]"},
		{"a.*z|c", 4, "abbbbc", "abbbb[c]"},
	} {
		f := rematch.MustCompile(test.expr).Finder(test.most)
		var got strings.Builder
		for _, pieces := range [][]rematch.Piece{slices.Clone(f.Feed([]byte(test.text))), f.End()} {
			for _, piece := range pieces {
				form := "%s"
				if piece.Match != nil {
					form = "[%s]"
				}
				fmt.Fprintf(&got, form, piece.Data)
			}
		}
		if got.String() != test.want {
			t.Errorf("`%s` in %q with at most %d bytes: %s, want %s", test.expr, test.text, test.most, got.String(), test.want)
		}
	}
}

func TestFinderMemoryDoesNotGrowWithTheStream(t *testing.T) {
	f := rematch.MustCompile(`<([^>]*)>`).Finder(1 << 10)
	text := []byte(strings.Repeat("<tag>text", 100) + "<" + strings.Repeat("x", 2000) + "\n")
	for range 10 {
		f.Feed(text)
	}
	if n := testing.AllocsPerRun(100, func() { f.Feed(text) }); n > 150 {
		t.Errorf("%v allocations for each %d bytes with 100 matches, want one for the groups of each and few more", n, len(text))
	}
}

func BenchmarkFinder(b *testing.B) {
	text := []byte(strings.Repeat("The quick brown fox jumps over the lazy dog, and nothing else happens at all.\n", 800))
	for _, expr := range []string{"PING", `(?i)host: [^\r\n]+`, `\w+`} {
		b.Run(expr, func(b *testing.B) {
			f := rematch.MustCompile(expr).Finder(0)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				f.Feed(text)
			}
		})
	}
}

func TestFinderCloneTellsWhatTheEndWouldAndChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := expressions(append(looks, atoms...)).Draw(t, "expr")
		text := drawText(t, 8)
		f, got := rematch.MustCompile(expr).Finder(0), found{}
		for i := range text {
			got.note(f.Feed(text[i : i+1]))
			asked := found{got.text, slices.Clone(got.matches), 0}
			asked.note(f.Clone().End())
			want := regexp.MustCompile(expr).FindAllSubmatchIndex(text[:i+1], -1)
			if asked.text != string(text[:i+1]) || !slices.EqualFunc(asked.matches, want, slices.Equal) {
				t.Fatalf("`%s` after %q: the clone's end gives %q, %v, want %v", expr, text[:i+1], asked.text, asked.matches, want)
			}
		}
		got.note(f.End())
		if want := regexp.MustCompile(expr).FindAllSubmatchIndex(text, -1); !slices.EqualFunc(got.matches, want, slices.Equal) || got.text != string(text) {
			t.Errorf("`%s` in %q, with a clone after each byte: %v, want %v", expr, text, got.matches, want)
		}
	})
}
