package script_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/script"
	"pgregory.net/rapid"
)

// What a script says of itself, Parse makes the same script of.
func TestParseReadsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := append(dialogues.Draw(rt, "dialogue").steps,
			script.Wait(time.Duration(rapid.Int64Range(0, 1e12).Draw(rt, "wait"))), script.Hold(rapid.StringN(1, 5, -1).Draw(rt, "gate")),
			script.Send(string(rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(rt, "bytes"))), script.CloseWrite(), script.Reset())
		text := s.String()
		f, err := script.Parse("x.txtar", text)
		if err != nil {
			rt.Fatalf("%v\n%s", err, text)
		}
		if got := script.StepsOf(f, 1); !script.Same(got, s) || f.String() != text {
			rt.Fatalf("parsed\n%s\nfrom\n%s", f, text)
		}
	})
}

// A script that differs in one thing is not the same: else the property above would say nothing.
func TestSameTellsScriptsApart(t *testing.T) {
	a := script.Script{script.Loop(script.Prefixed(script.Length{Bytes: 2}).ExpectMatch("a"))}
	for _, b := range []script.Script{
		{script.Loop(script.Prefixed(script.Length{Bytes: 2}).ExpectMatch("b"))},
		{script.Loop(script.Prefixed(script.Length{Bytes: 2, Extra: 1}).ExpectMatch("a"))},
		{script.Repeat(2, script.Prefixed(script.Length{Bytes: 2}).ExpectMatch("a"))},
		{},
	} {
		if script.Same(a, b) {
			t.Errorf("the same:\n%v%v", a, b)
		}
	}
}

// What people write is read as they mean it.
func TestParse(t *testing.T) {
	for _, tt := range []struct{ why, text, want string }{
		{"words, quotes and comments", "# a comment\n\n  expect-line QUIT # and one more\nsend \"a b\" `\\c` d\nclose\n", "expect-line \"QUIT\"\nsend \"a b\\\\cd\"\nclose\n"},
		{"lines of another system", "expect a\r\nsend b\r\n", "expect \"a\"\nsend \"b\"\n"},
		{"blocks", "choose {\nexpect a\nsend b\n} or {\n\texpect b\n}\n", "choose {\n\texpect \"a\"\n\tsend \"b\"\n} or {\n\texpect \"b\"\n}\n"},
		{"framings", "length 2 expect a\nlength 4 little before 1 itself extra -1 max 10 send ab\nuntil \"\\r\\n\" expect-match \"a(.)\"\nfixed 2 send-expand \"$1\"\nlines send x\nlines max 5 expect-match a\n",
			"length 2 expect \"a\"\nlength 4 little before 1 itself extra -1 max 10 send \"ab\"\nuntil \"\\r\\n\" expect-match \"a(.)\"\nfixed 2 send-expand \"$1\"\nlines send \"x\"\nlines max 5 expect-match \"a\"\n"},
		{"sections for connections", "# first comes a comment\n-- conn 1 --\nexpect a\n-- conn 2 --\nexpect b\n", "-- conn 1 --\nexpect \"a\"\n-- conn 2 --\nexpect \"b\"\n"},
		{"sections of data", "expect a\nsend HTTP @body @body\n-- body --\nhello\n", "expect \"a\"\nsend \"HTTPhello\\nhello\\n\"\n"},
		{"what looks like a reference in quotes", "send \"@body\"\n", "send \"@body\"\n"},
		{"no end of the last line", "expect a", "expect \"a\"\n"},
		{"times and gates", "wait 20ms\nhold gate\nwithin 1.5s {\nexpect a\n}\nrepeat 3 {\nexpect a\n}\nclose-write\nreset", "wait 20ms\nhold \"gate\"\nwithin 1.5s {\n\texpect \"a\"\n}\nrepeat 3 {\n\texpect \"a\"\n}\nclose-write\nreset\n"},
	} {
		f, err := script.Parse("x.txtar", tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.why, err)
		} else if got := f.String(); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.why, got, tt.want)
		}
	}
}

// Errors say where, what is wanted, and what was probably meant; all at once.
func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		text  string
		words []string
	}{
		{"exepct a\nsned b\n", []string{`x.txtar:1: there is no step "exepct"; did you mean expect?`, `x.txtar:2: there is no step "sned"; did you mean send?`}},
		{"frobnicate\n", []string{"x.txtar:1: there is no step \"frobnicate\"\n"}},
		{"expect\n", []string{`x.txtar:1: expect: something is missing: want expect "PING\r\n"`}},
		{"\n\nexpect PING\\r\\n\n", []string{`x.txtar:3: a word with one of`, `is written in quotes: "PING\\r\\n"`}},
		{"expect \"abc\n", []string{`x.txtar:1: a string that begins with " does not end`}},
		{`expect "a\q"`, []string{`x.txtar:1: \q is no escape of Go's`}},
		{"expect \"a\"b\n", []string{"want a blank between"}},
		{"wait 20\n", []string{`wait: "20" is no duration such as 20ms`}},
		{"wait\n", []string{"wait: something is missing: want wait 20ms"}},
		{"wait 1s 2s\n", []string{`there is "2s" too much`}},
		{"close now\n", []string{`close: there is "now" too much: want close`}},
		{"repeat x {\nexpect a\n}\n", []string{`repeat: "x" is no number: want repeat 3 {`}},
		{"loop\nexpect a\n", []string{`x.txtar:1: loop has a block: want loop {`}},
		{"loop {\nexpect a\n", []string{`x.txtar:1: the block is not ended by a }`}},
		{"expect a {\n}\n", []string{`x.txtar:1: expect has no block`}},
		{"expect a\n}\n", []string{`x.txtar:2: a } without a block that it ends`}},
		{"choose {\nexpect a\n} else {\nexpect b\n}\n", []string{`x.txtar:3: after a } comes nothing, or "or {"`}},
		{"loop {\nexpect a\n} or {\nexpect b\n}\n", []string{`only choose has alternatives`}},
		{"{\n}\n", []string{"a { comes at a line's end"}},
		{"lines\nexpect a\n", []string{"x.txtar:1: after a framing comes expect, expect-match, send or send-expand\n"}},
		{"lines wait 1s\n", []string{`after a framing comes expect, expect-match, send or send-expand, and not "wait"`}},
		{"length expect a\n", []string{`length: "expect" is no number: want length 4`}},
		{"fixed 2 exepct a\n", []string{`did you mean expect?`}},
		{"until 5 expect-match 5 a\n", []string{`the most bytes of a message are its framing's max`}},
		{"length 0 expect a\n", []string{`the length has 0 bytes`}},
		{"send @bdoy\n-- body --\nx\n", []string{`x.txtar:1: send: there is no section -- bdoy --; did you mean body?`, `x.txtar:2: no step refers to -- body --`}},
		{"-- conn 2 --\nexpect a\n", []string{`x.txtar:1: -- conn 2 -- comes where -- conn 1 -- should`}},
		{"-- peer 1 --\nexpect a\n", []string{`x.txtar:1: -- peer 1 -- in a script for a conn: want -- conn 1 --`}},
		{"-- one two --\nexpect a\n", []string{`x.txtar:1: -- one two -- is neither -- conn 1 -- nor one word`}},
		{"send @a\n-- a --\n-- a --\n", []string{`x.txtar:3: a second section -- a --, as in line 2`}},
		{"expect a\n-- conn 1 --\nexpect b\n", []string{`x.txtar:1: steps before -- conn 1 --`}},
		{"-- conn 1 --\n-- conn 2 --\nexpect b\n", []string{`x.txtar:1: the script has no steps`}},
		{"# nothing\n", []string{`x.txtar:1: the script has no steps`}},
		{"loop {\n\tclose\n\texpect-match 10 \"(\"\n}\n", []string{"x.txtar:3: expect-match 10 \"(\": it is never reached: close has ended the script before"}},
		{"send-expand \"$1\"\nexpect-match \"(\"\n", []string{`x.txtar:1: send-expand "$1": no expect-match comes before it`, "x.txtar:2: expect-match \"(\": error parsing regexp"}},
	} {
		_, err := script.Parse("x.txtar", tt.text)
		if err == nil {
			t.Errorf("%q is accepted", tt.text)
			continue
		}
		for _, w := range tt.words {
			if !strings.Contains(err.Error()+"\n", w) {
				t.Errorf("%q: the error does not say %q:\n%v", tt.text, w, err)
			}
		}
	}
}
