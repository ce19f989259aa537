package rematch_test

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"pgregory.net/rapid"
)

// shortest returns the groups of the shortest match at the beginning of the text, by trying all lengths with
// package regexp. What comes after is there, but it has to be all that comes after.
func shortest(expr string, text []byte) []int {
	for k, rest := 0, text; ; {
		whole := fmt.Sprintf(`\A(?:%s)(?s:.{%d})\z`, expr, utf8.RuneCount(rest))
		if re, err := regexp.Compile(whole); err != nil {
			panic(err)
		} else if groups := re.FindSubmatchIndex(text); groups != nil {
			groups[1] = k
			return groups
		}
		if len(rest) == 0 {
			return nil
		}
		_, width := utf8.DecodeRune(rest)
		k, rest = k+width, rest[width:]
	}
}

// feed feeds a text in pieces until the matcher knows, and ends it.
func feed(p *rematch.Prefix, cuts [][]byte) (n int, s rematch.State) {
	if n, s = p.Feed(nil); s != rematch.More {
		return n, s
	}
	for _, b := range cuts {
		if n, s = p.Feed(slices.Clone(b)); s != rematch.More {
			return n, s
		}
	}
	return p.End()
}

func TestPrefixIsTheShortestThatMatchesAsAWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := expressions(append(looks, atoms...)).Draw(t, "expr")
		text := drawText(t, 8)
		checkPrefix(t, expr, text, drawCuts(t, text))
	})
}

func checkPrefix(t rapid.TB, expr string, text []byte, cuts [][]byte) {
	p := rematch.MustCompile(expr).Prefix()
	n, s := feed(p, cuts)
	want := shortest(expr, text)
	switch {
	case s == rematch.More, s == rematch.Matched != (want != nil), s == rematch.Matched && n != want[1]:
		t.Errorf("`%s` on %q, cut as %q: %v %d, want the groups %v", expr, text, cuts, s, n, want)
	case !slices.Equal(p.Groups(), want) && !looksAhead(expr):
		t.Errorf("`%s` on %q: groups %v, want %v", expr, text, p.Groups(), want)
	}
}

// looksAhead reports whether an expression asks what comes next: which of several ways to the same match has its groups, then
// depends on which was decided first.
func looksAhead(expr string) bool {
	return strings.Contains(strings.ToLower(expr), `\b`) || strings.Contains(expr, "$")
}

func FuzzPrefix(f *testing.F) {
	f.Add(`a(b|c)*?\b`, []byte("abcb a\xc3"), 1)
	f.Add(`(?s:.*)\n`, []byte("x🙂\n"), 3)
	f.Fuzz(func(t *testing.T, expr string, text []byte, size int) {
		if _, err := rematch.Compile(expr); err != nil || len(expr) > 50 || len(text) > 50 || size <= 0 {
			t.Skip()
		}
		if _, err := regexp.Compile(`\A(?:` + expr + `)\z`); err != nil { // an expression alone may be right and this not: \Q
			t.Skip()
		}
		checkPrefix(t, expr, text, slices.Collect(slices.Chunk(text, size)))
	})
}

// plain are atoms with which every live thread can come to its end within a few bytes, and bytes of the alphabet below.
var (
	plain    = []string{"a", "b", "ab", "é", "[ab]", "[^a]", "[^é]", `\x{FFFD}`, "(?s:.)", ".", "", "à", `[^\x00-\x{10FFFF}]`, `b[^\x00-\x{10FFFF}]`}
	alphabet = []byte("ab\xc3\xa9\xa0")
)

const far = 5

// reach returns how many bytes may be needed to finish a match that has begun.
func reach(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		return len(string(re.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 2
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, reach(sub))
		}
		return n
	}
	for _, sub := range re.Sub {
		n += reach(sub)
	}
	return n
}

// canMatch reports whether text, with up to depth more bytes, has a match at its beginning that is all of it.
func canMatch(re *regexp.Regexp, text []byte, depth int) bool {
	if re.Match(text) {
		return true
	}
	for _, c := range alphabet {
		if depth > 0 && canMatch(re, append(text[:len(text):len(text)], c), depth-1) {
			return true
		}
	}
	return false
}

// An oracle that knows nothing of threads: all extensions are tried.
func TestPrefixFailsAtTheFirstByteWithWhichNothingCanMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := drawExpr(t, plain, rapid.IntRange(0, 2).Draw(t, "depth"))
		parsed, err := syntax.Parse(expr, syntax.Perl)
		if err != nil || reach(parsed.Simplify()) > far {
			t.Skip("a name is given twice, or the end of a match is further away than the extensions tried")
		}
		re := regexp.MustCompile(`\A(?:` + expr + `)\z`)
		text := rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 4).Draw(t, "bytes")
		p := rematch.MustCompile(expr).Prefix()
		var n int
		_, s := p.Feed(nil)
		if dead := !canMatch(re, nil, far); dead != (s == rematch.Failed) {
			t.Fatalf("`%s` before any byte: %v, want Failed: %v", expr, s, dead)
		}
		for i := 0; i < len(text) && s == rematch.More; i++ {
			n, s = p.Feed(text[i : i+1])
			if s == rematch.Matched {
				return
			}
			if dead := !canMatch(re, text[:i+1], far); dead != (s == rematch.Failed) {
				t.Fatalf("`%s` after %q: %v, want Failed: %v", expr, text[:i+1], s, dead)
			}
			if s == rematch.Failed && n != i {
				t.Fatalf("`%s` failed at %q, at offset %d, want %d", expr, text[:i+1], n, i)
			}
		}
	})
}

func TestPrefixSaysWhatIsKnown(t *testing.T) {
	for _, test := range []struct {
		expr, fed string
		n         int
		state     rematch.State
		why       string
	}{
		{"PING\r\n", "PING\r", 0, rematch.More, "one byte is missing"},
		{"PING\r\n", "PING\r\nPONG", 6, rematch.Matched, "what follows is not of the match"},
		{"PING\r\n", "PINGS\r\n", 4, rematch.Failed, "the S"},
		{`GET (\w+)`, "GET abc", 5, rematch.Matched, "the shortest"},
		{`GET (\w+)\b`, "GET abc", 0, rematch.More, "the word may go on"},
		{`GET (\w+)\b`, "GET abc ", 7, rematch.Matched, "the word has ended"},
		{`(?m)^GET (\w+)$`, "GET abc ", 7, rematch.Failed, "the line goes on, and not with a word"},
		{`(?m)^GET (\w+)$`, "GET abc\n", 7, rematch.Matched, "the line has ended"},
		{"", "", 0, rematch.Matched, "nothing is needed"},
		{`a\Ab`, "a", 0, rematch.Failed, "a is no beginning: nothing can follow"},
		{`[^\x00-\x{10FFFF}]`, "", 0, rematch.Failed, "there is no such character"},
		{"é", "\xc3", 0, rematch.More, "its second byte is missing"},
		{"é", "\xc3\xa8", 1, rematch.Failed, "an è"},
		{"é", "\xe2", 0, rematch.Failed, "é is two bytes"},
		{"é", "\xc3a", 1, rematch.Failed, "no character"},
		{`\x{FFFD}`, "\xc3", 0, rematch.More, "it may become an é"},
		{`\x{FFFD}`, "\xf0\x9f", 0, rematch.More, "the first byte is a match, if no third comes that fits"},
		{`\x{FFFD}\ba`, "\xf0", 0, rematch.More, "an a may come"},
		{`\x{FFFD}\ba`, "\xf0\x9f", 1, rematch.Failed, "what follows is no word, whatever it becomes"},
		{`\x{FFFD}\B\x{FFFD}`, "\xf0\x9f", 0, rematch.More, "if no third comes that fits, these are two"},
		{"\ue000", "\xed", 0, rematch.Failed, "it begins with the next byte"},
		{"\ufffe", "\xf0", 0, rematch.Failed, "it begins with the byte before"},
		{"\u0800", "\xe0", 0, rematch.More, "the least character that begins so"},
		{"\ud7ff", "\xed", 0, rematch.More, "the greatest that begins so: surrogates are none"},
		{"\U00010000", "\xf0", 0, rematch.More, "the least"},
		{"\U0010ffff", "\xf4", 0, rematch.More, "the greatest"},
		{`\x{FFFD}a`, "\xc3a", 2, rematch.Matched, "it is none"},
		{`\x{FFFD}`, "\xff", 1, rematch.Matched, "it can't become anything"},
		{`(?i)\x{212a}`, "k", 1, rematch.Matched, "the sign of Kelvin is a K"},
		{`(?i)k`, "\xe2\x84", 0, rematch.More, "a K may be the sign of Kelvin"},
	} {
		for _, size := range []int{1, 2, 100} {
			p := rematch.MustCompile(test.expr).Prefix()
			n, s := p.Feed(nil)
			for b := range slices.Chunk([]byte(test.fed), size) {
				n, s = p.Feed(b)
			}
			if n != test.n || s != test.state {
				t.Errorf("`%s` after %q in pieces of %d: %v %d, want %v %d: %s", test.expr, test.fed, size, s, n, test.state, test.n, test.why)
			}
		}
	}
}

func TestPrefixAtTheEndOfTheStream(t *testing.T) {
	for _, test := range []struct {
		expr, fed string
		n         int
		state     rematch.State
	}{
		{`\w+\b`, "abc", 3, rematch.Matched},
		{`(?m)^abc$`, "abc", 3, rematch.Matched},
		{`abc\B`, "abc", 3, rematch.Failed},
		{`abcd`, "abc", 3, rematch.Failed},
		{`a\x{FFFD}`, "a\xc3", 2, rematch.Matched},
		{`aé`, "a\xc3", 2, rematch.Failed},
		{`abcd`, "abx", 2, rematch.Failed},
	} {
		p := rematch.MustCompile(test.expr).Prefix()
		p.Feed([]byte(test.fed))
		if n, s := p.End(); n != test.n || s != test.state {
			t.Errorf("`%s` after %q and the end: %v %d, want %v %d", test.expr, test.fed, s, n, test.state, test.n)
		}
	}
}

func TestExpandPutsInTheGroups(t *testing.T) {
	r := rematch.MustCompile(`(?P<verb>\w+) (\w+)( never)?\r\n`)
	p := r.Prefix()
	text := []byte("GET key\r\nmore")
	if n, s := p.Feed(text); n != 9 || s != rematch.Matched {
		t.Fatalf("%v %d, want a match of 9 bytes", s, n)
	}
	if got := string(r.Expand([]byte("+"), "$verb ${2}s$3 $$1", text, p.Groups())); got != "+GET keys $1" {
		t.Errorf("%q", got)
	}
	if got, want := fmt.Sprintf("%q", r.Names()), `["" "verb" "" ""]`; got != want {
		t.Errorf("the names are %s, want %s", got, want)
	}
	if r.String() != `(?P<verb>\w+) (\w+)( never)?\r\n` {
		t.Errorf("String gives %q", r)
	}
}

func TestCompileRefusesTheEndOfTheText(t *testing.T) {
	for expr, want := range map[string]string{
		`foo$`:      "$ is the end of the text",
		`(?:a|b\z)`: `\z is the end of the text`,
		`a(b`:       "missing closing )",
	} {
		if _, err := rematch.Compile(expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("`%s`: %v, want an error with %q", expr, err, want)
		}
	}
	for _, expr := range []string{`(?m)foo$`, `\Afoo`, `^foo`, `foo\$`, `[$]`} {
		if _, err := rematch.Compile(expr); err != nil {
			t.Error(err)
		}
	}
}
