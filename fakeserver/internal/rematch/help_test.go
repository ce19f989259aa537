package rematch_test

import (
	"regexp"
	"strings"

	"pgregory.net/rapid"
)

// atoms and texts have the same few characters, so that they meet often. é and 🙂 are 2 and 4 bytes; the bytes alone are no
// UTF-8. \x{FFFD} is what they match.
var (
	atoms   = []string{"a", "b", "c", ".", "é", "🙂", `\n`, `\r\n`, "[ab]", "[^a]", "[^é]", `\w`, `\W`, `\d`, `\s`, `[à-ü]`, `\x{FFFD}`, "(?i:K)", "(?s:.)", "ab", "", `[^\x00-\x{10FFFF}]`}
	looks   = []string{`^`, `\A`, `\b`, `\B`, `(?m:^)`, `(?m:$)`}
	symbols = []string{"a", "b", "ab", "c", "k", "\u212a", "1", " ", "\n", "\r\n", "é", "🙂", "\xc3", "\xa9", "\xf0\x9f", "\xff", "\ufffd"}
)

func drawExpr(t *rapid.T, atoms []string, depth int) string {
	atom := rapid.SampledFrom(atoms)
	if depth == 0 {
		return atom.Draw(t, "atom")
	}
	sub := func() string { return drawExpr(t, atoms, depth-1) }
	switch rapid.SampledFrom([]string{"atom", "concat", "concat", "or", "group", "named", "repeat", "repeat"}).Draw(t, "op") {
	case "concat":
		return sub() + sub()
	case "or":
		return "(?:" + sub() + "|" + sub() + ")"
	case "group":
		return "(" + sub() + ")"
	case "named":
		return "(?P<x" + strings.Repeat("y", depth) + ">" + sub() + ")"
	case "repeat":
		return "(?:" + sub() + ")" + rapid.SampledFrom([]string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?"}).Draw(t, "times")
	}
	return atom.Draw(t, "atom")
}

// expressions are those that package regexp takes, too: a name may not be given twice.
func expressions(atoms []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return drawExpr(t, atoms, rapid.IntRange(0, 4).Draw(t, "depth"))
	}).Filter(func(expr string) bool {
		_, err := regexp.Compile(expr)
		return err == nil
	})
}

func drawText(t *rapid.T, most int) []byte {
	return []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(symbols), 0, most).Draw(t, "text"), ""))
}

// drawCuts cuts a text in pieces, some of them empty.
func drawCuts(t *rapid.T, text []byte) [][]byte {
	var pieces [][]byte
	for len(text) > 0 {
		n := rapid.IntRange(0, min(len(text), 4)).Draw(t, "piece")
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}
