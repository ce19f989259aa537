package script_test

import (
	"strings"

	"github.com/fakewire/fakewire/fakeserver/script"
	"pgregory.net/rapid"
)

// A dialogue is a script, and what a client says that does all of it.
type dialogue struct {
	steps script.Script
	says  string
}

// add puts a step after the others, which a client's text meets.
func (d *dialogue) add(s script.Step, says string) {
	d.steps, d.says = append(d.steps, s), d.says+says
}

// short is texts of few letters, so that they are often alike.
var short = rapid.StringOfN(rapid.SampledFrom([]rune("ab")), 1, 4, -1)

// patterns have texts that they match as the shortest beginning.
var patterns = []struct {
	pattern string
	texts   []string
}{
	{`(a|b)+c`, []string{"ac", "abbac", "bc"}},
	{`(?P<word>\w+)\b-`, []string{"a-", "abab-"}},
	{`x(\d{1,3});`, []string{"x1;", "x123;"}},
	{`(?s).{3}`, []string{"abc", "\r\n\n", "é1"}},
	{`é(.)`, []string{"éa", "éé"}},
}

// framed has messages in all framings.
var framed = []script.Framing{
	script.Lines(), script.Until("ab"), script.Until("\r\n\r\n"), script.Fixed(3), script.Fixed(3),
	script.Prefixed(script.Length{Bytes: 1}), script.Prefixed(script.Length{Bytes: 2, LittleEndian: true, Before: 1, CountsItself: true}).Max(40),
	script.Prefixed(script.Length{Bytes: 3, Extra: -1}),
}

// wires are messages, and how they are sent, by framing.
var wires = [][][2]string{
	{{"a", "a\n"}, {"ba", "ba\r\n"}},
	{{"b", "bab"}, {"aac", "aacab"}},
	{{"a\r\n", "a\r\n\r\n\r\n"}, {"b", "b\r\n\r\n"}},
	{{"aab", "aab"}}, {{"bbb", "bbb"}},
	{{"ab", "\x02ab"}, {"", "\x00"}},
	{{"ab", "a\x03\x00b"}, {"aabab", "a\x06\x00abab"}},
	{{"ab", "\x00\x00\x01ab"}},
}

// genStep adds one step to d.
func genStep(t *rapid.T, d *dialogue, depth int) {
	kinds := 7
	if depth > 0 {
		kinds = 11
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		text := short.Draw(t, "text")
		d.add(script.Expect(text), text)
	case 1:
		text := short.Draw(t, "line")
		d.add(script.ExpectLine(text), text+rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
	case 2, 3:
		p := rapid.SampledFrom(patterns).Draw(t, "pattern")
		d.add(script.ExpectMatch(p.pattern, 20), rapid.SampledFrom(p.texts).Draw(t, "text"))
		d.add(script.SendExpand("<$1>"), "")
	case 4:
		d.add(script.Send(short.Draw(t, "answer")), "")
	case 5:
		i := rapid.IntRange(0, len(framed)-1).Draw(t, "framing")
		m := rapid.SampledFrom(wires[i]).Draw(t, "message")
		d.add(framed[i].Expect(m[0]), m[1])
	case 6:
		i := rapid.IntRange(0, len(framed)-1).Draw(t, "framing")
		m := rapid.SampledFrom(wires[i]).Draw(t, "message")
		d.add(framed[i].ExpectMatch("(?s)(.*)$"), m[1])
		d.add(framed[i].SendExpand("$1"), "")
	case 7:
		in := genDialogue(t, depth-1)
		n := rapid.IntRange(1, 3).Draw(t, "times")
		d.add(script.Repeat(n, in.steps...), strings.Repeat(in.says, n))
	case 8:
		var all []script.Script
		var says []string
		for range rapid.IntRange(1, 3).Draw(t, "alternatives") {
			text := short.Draw(t, "first")
			in := genDialogue(t, depth-1)
			all = append(all, append(script.Script{script.Expect(text)}, in.steps...))
			says = append(says, text+in.says)
		}
		d.add(script.Choose(all...), rapid.SampledFrom(says).Draw(t, "chosen"))
	case 9:
		in := genDialogue(t, depth-1)
		d.add(script.Within(1e15, in.steps...), in.says)
	case 10:
		in := genDialogue(t, depth-1)
		n := rapid.IntRange(0, 3).Draw(t, "rounds")
		d.add(script.Loop(in.steps...), strings.Repeat(in.says, n))
	}
}

func genDialogue(t *rapid.T, depth int) (d dialogue) {
	for range rapid.IntRange(1, 3).Draw(t, "steps") {
		genStep(t, &d, depth)
	}
	return d
}

// dialogues are scripts that Validate lets pass, and what their clients say.
var dialogues = rapid.Custom(func(t *rapid.T) dialogue {
	d := genDialogue(t, 2)
	return d
}).Filter(func(d dialogue) bool { return d.steps.Validate() == nil })

// saying is what a client says, who may do something else than the script wants.
func saying(t *rapid.T, says string) string {
	p := []byte(says)
	if len(p) == 0 {
		return says
	}
	at := rapid.IntRange(0, len(p)-1).Draw(t, "at")
	switch rapid.IntRange(0, 5).Draw(t, "mistake") {
	case 0:
		p[at] ^= 3
	case 1:
		p = p[:at]
	case 2:
		p = append(p[:at:at], append([]byte("b"), p[at:]...)...)
	case 3:
		p = append(p, "ab"...)
	}
	return string(p)
}
