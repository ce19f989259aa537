package transcript_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

const secret = "s3cr3t-t0k3n"

// tokenIn matches a token by what comes before it.
var tokenIn = RedactMatches(regexp.MustCompile(`token=([^\r\n]*)`))

// streamOf returns a record of one connection, in whose direction d these pieces went.
func streamOf(d Direction, pieces ...string) Transcript {
	r := transcripttest.New(Header{Name: "test", Network: "tcp"}, 0)
	for _, p := range pieces {
		r.Add(Event{Conn: 1, Direction: d, Kind: Data, Data: []byte(p)})
	}
	return r.Transcript()
}

// bytesOf returns the bytes of direction d.
func bytesOf(t Transcript, d Direction) string {
	if d == ToClient {
		return string(t.ToClient())
	}
	return string(t.FromClient())
}

func TestRedactor(t *testing.T) {
	re := regexp.MustCompile
	for why, tt := range map[string]struct {
		by       Redactor
		in, want string
	}{
		"matches":                      {RedactMatches(re(`[0-9]+`)), "pin 1234, tan 56", "pin ****, tan **"},
		"groups alone":                 {RedactMatches(re(`(?m)^pass (.*)$`)), "user a\npass hunter2\n", "user a\npass *******\n"},
		"each group":                   {RedactMatches(re(`u=(\w+) p=(\w+)`)), "u=ab p=cde.", "u=** p=***."},
		"a group that took no part":    {RedactMatches(re(`a=(\d+)|b=(\w+)`)), "b=xy", "b=**"},
		"a group that is empty":        {RedactMatches(re(`a=(\d*)`)), "a=", "a="},
		"no match":                     {RedactMatches(re(`x`)), "abc", "abc"},
		"a text, twice":                {RedactText("abcd"), "abcd-abcd", "****-****"},
		"a text that overlaps itself":  {RedactText("abab"), "xababab", "x******"},
		"several texts":                {RedactText("one", "two"), "one two three", "*** *** three"},
		"no text":                      {RedactText("", "two"), "one two", "one ***"},
		"a text, cut off at the end":   {RedactText("hunter2"), "pass hunt", "pass ****"},
		"a text, cut off at the start": {RedactText("hunter2"), "ter2 ok", "**** ok"},
		"a part of a text":             {RedactText("hunter2"), "unter", "*****"},
		"too little of a text":         {RedactText("hunter2"), "pass hun", "pass hun"},
		"a range":                      {RedactRange(1, FromClient, 2, 4), "abcdef", "ab**ef"},
		"a range of each connection":   {RedactRange(0, FromClient, 4, 99), "abcdef", "abcd**"},
		"a range of another":           {RedactRange(2, FromClient, 2, 4), "abcdef", "abcdef"},
		"a range the other way":        {RedactRange(1, ToClient, 2, 4), "abcdef", "abcdef"},
		"a range that is none":         {RedactRange(1, FromClient, 4, 2), "abcdef", "abcdef"},
		"a range before and after":     {RedactRange(1, FromClient, -5, 2).And(RedactRange(1, FromClient, 6, 9)), "abcdef", "**cdef"},
		"both":                         {RedactText("bcd").And(RedactText("de")), "abcdef", "a****f"},
		"both, each in the true bytes": {RedactText("cde").And(RedactMatches(re(`b(c)d`))), "abcdef", "ab***f"},
		"nil and another":              {Redactor(nil).And(nil, RedactText("bcd")), "abcdef", "a***ef"},
		"a longer replacement":         {func(Excerpt) []byte { return []byte("abc<hidden>f") }, "abcdef", "abc**f"},
		"a shorter replacement":        {func(Excerpt) []byte { return []byte("af") }, "abcdef", "a****f"},
		"nothing in its place":         {func(Excerpt) []byte { return nil }, "abcdef", "******"},
		"what is only added":           {func(Excerpt) []byte { return []byte("abc!def") }, "abcdef", "abcdef"},
		"a replacement of its length":  {func(x Excerpt) []byte { return bytes.ToUpper(x.Data) }, "abcdef", "ABCDEF"},
		"one that changes its data":    {func(x Excerpt) []byte { x.Data[0] = '-'; return x.Data }, "abcdef", "-bcdef"},
		"an asterisk in a secret":      {RedactText("b*d"), "ab*def", "a***ef"},
	} {
		whole := streamOf(FromClient, tt.in)
		pieces := streamOf(FromClient, strings.Split(tt.in, "")...)
		for what, tr := range map[string]Transcript{"whole": whole, "in single bytes": pieces} {
			shown := tr.WithRedactor(tt.by).Redacted()
			if got := bytesOf(shown, FromClient); got != tt.want {
				t.Errorf("%s, %s: %q, want %q", why, what, got, tt.want)
			}
			if got := bytesOf(tr, FromClient); got != tt.in {
				t.Errorf("%s, %s: the record became %q", why, what, got)
			}
		}
	}
}

// cuts returns text in each way to cut it into two, and in single bytes.
func cuts(text string) [][]string {
	all := [][]string{{text}, strings.Split(text, "")}
	for i := 1; i < len(text); i++ {
		all = append(all, []string{text[:i], text[i:]})
	}
	return all
}

// renderings are all texts of a record.
func renderings(tr Transcript) map[string]string {
	return map[string]string{
		"String": tr.String(), "Dump": tr.Dump(), "String of its connection": tr.Conn(1).String(),
		"String of the rest": tr.After(1).String(), "%v": fmt.Sprintf("%v", tr), "%+v": fmt.Sprintf("%+v", tr),
		"canonical": fmt.Sprint(tr.Redacted().Canonical()),
	}
}

// However a secret is cut, no text of the record has it or a part of it; matchers and queries have all of it.
func TestRedactedHasNoSecretHoweverItIsCut(t *testing.T) {
	text := "user=me\r\ntoken=" + secret + "\r\nbye\r\n"
	for _, d := range []Direction{FromClient, ToClient} {
		for _, pieces := range cuts(text) {
			tr := streamOf(d, pieces...)
			for why, by := range map[string]Redactor{"matches": tokenIn, "text": RedactText(secret), "range": RedactRange(1, d, 15, 15+int64(len(secret)))} {
				hidden := tr.WithRedactor(by)
				for what, shown := range renderings(hidden) {
					for i := 0; i+4 <= len(secret); i++ {
						if part := secret[i : i+4]; strings.Contains(shown, part) {
							t.Fatalf("%v %q, %s by %s has %q:\n%s", d, pieces, what, why, part, shown)
						}
					}
				}
				if got := bytesOf(hidden, d); got != text || bytesOf(hidden.Redacted(), d) != strings.ReplaceAll(text, secret, "************") {
					t.Fatalf("%v %q by %s: the record has %q, and shows %q", d, pieces, why, got, bytesOf(hidden.Redacted(), d))
				}
			}
		}
		if tr := streamOf(d, text); !strings.Contains(tr.String(), secret) || !strings.Contains(tr.Dump(), secret) {
			t.Errorf("without a Redactor it is not shown: %v", tr)
		}
	}
}

// A datagram is looked at by itself.
func TestRedactedDatagrams(t *testing.T) {
	r := transcripttest.New(Header{Name: "test", Network: "udp"}, 0)
	for _, p := range []string{"token=" + secret, "", secret[:6], secret[6:], "token=x"} {
		r.Add(Event{Conn: 1, Direction: FromClient, Kind: Datagram, Data: []byte(p)})
	}
	shown := func(by Redactor) []string {
		var all []string
		for _, g := range r.Transcript().WithRedactor(by).Redacted().Datagrams(FromClient) {
			all = append(all, string(g))
		}
		return all
	}
	for why, tt := range map[string]struct {
		by   Redactor
		want []string
	}{
		"matches": {tokenIn, []string{"token=************", "", secret[:6], secret[6:], "token=*"}},
		"text":    {RedactText(secret), []string{"token=************", "", "******", "******", "token=x"}},
		"range":   {RedactRange(1, FromClient, 3, 5), []string{"token=" + secret, "", "******", "******", "token=x"}},
	} {
		if got := shown(tt.by); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", why, got, tt.want)
		}
	}
}

// What changes the number of bytes is not shown, and the record says so, once.
func TestRedactedSaysThatItKeptTheLength(t *testing.T) {
	longer := func(x Excerpt) []byte { return bytes.ReplaceAll(x.Data, []byte(secret), []byte("[hidden from all]")) }
	for why, by := range map[string]Redactor{"alone": longer, "with others": RedactText("me").And(longer, RedactText("bye"))} {
		tr := streamOf(FromClient, "user=me\ntoken=", secret[:5], secret[5:], "\nbye\n").WithRedactor(by)
		shown := tr.Redacted()
		var notes []int64
		for e := range shown.All() {
			if e.Text == "redacted to another length: all that differs is *" {
				notes = append(notes, e.Seq)
			}
		}
		if got := bytesOf(shown, FromClient); len(got) != len(bytesOf(tr, FromClient)) || strings.Contains(got, secret[:5]) || !strings.Contains(got, "token=**") {
			t.Errorf("%s: it shows %q", why, got)
		}
		if len(notes) != 1 || notes[0] != map[string]int64{"alone": 2, "with others": 1}[why] {
			t.Errorf("%s: events %d say it, want one:\n%v", why, notes, shown)
		}
		if text := tr.WithRedactor(tokenIn).String(); !strings.Contains(text, "redacted to another length") {
			t.Errorf("%s: the text does not say it:\n%s", why, text)
		}
	}
	if text := streamOf(FromClient, "token="+secret).WithRedactor(tokenIn).String(); strings.Contains(text, "another length") {
		t.Errorf("it kept its length:\n%s", text)
	}
}

// Lengths stay, what does not match stays, the Redactor sees all in one piece, and the record stays as it was.
func TestRedactedIsTheRedactorsDoingAlone(t *testing.T) {
	re := regexp.MustCompile(`b+a|c(d)`)
	faultgen.Check(t, 300, func(t *rapid.T) {
		texts := map[Direction]string{}
		r := transcripttest.New(Header{Name: "test", Network: "tcp"}, 0)
		for range rapid.IntRange(0, 30).Draw(t, "pieces") {
			d := rapid.SampledFrom([]Direction{FromClient, ToClient}).Draw(t, "direction")
			p := rapid.StringMatching(`[abcd]{1,4}`).Draw(t, "piece")
			texts[d] += p
			r.Add(Event{Conn: 1, Direction: d, Kind: Data, Data: []byte(p)}, Event{Conn: 1, Direction: d, Kind: Fault, Rule: "slice"})
		}
		tr := r.Transcript()
		before := tr.Dump()
		shown := tr.WithRedactor(RedactMatches(re)).Redacted()
		for d, text := range texts {
			want := []byte(text)
			for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
				if m[2] >= 0 {
					copy(want[m[2]:m[3]], "*")
				}
			}
			if got := bytesOf(shown, d); got != string(want) || bytesOf(tr, d) != text {
				t.Fatalf("%v: %q is shown as %q, want %q", d, text, got, want)
			}
		}
		if shown.Len() != tr.Len() || tr.Dump() != before {
			t.Fatalf("%d events are shown as %d; before and now:\n%s%s", tr.Len(), shown.Len(), before, tr.Dump())
		}
		next := slices.Collect(shown.All())
		for i, e := range slices.Collect(tr.All()) {
			x := next[i]
			if len(x.Data) != len(e.Data) || x.Seq != e.Seq || x.At != e.At || x.Offset != e.Offset || x.Kind != e.Kind || x.Rule != e.Rule {
				t.Fatalf("%v is shown as %v", e, x)
			}
		}
		part := func(t Transcript) Transcript { return t.Conn(1).After(3).Kind(Data) }
		if a, b := part(tr.WithRedactor(RedactMatches(re))).Dump(), part(shown).Dump(); a != b {
			t.Fatalf("a part is shown as\n%s\nand as\n%s", a, b)
		}
	})
}
