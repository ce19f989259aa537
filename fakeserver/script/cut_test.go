package script_test

import (
	"bytes"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/script"
	"pgregory.net/rapid"
)

// How the client's bytes are cut makes no difference: to what it is answered, to what is wrong with them, and to the record.
func TestScriptIsIndependentOfCuts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dialogues.Draw(rt, "dialogue")
		says := saying(rt, d.says)
		whole := serve(t, d.steps, client{pieces: []string{says}})
		var c client
		for rest := says; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "piece")
			c.pieces, rest = append(c.pieces, rest[:n]), rest[n:]
		}
		wantSame(rt, d.steps, says, whole, serve(t, d.steps, c))
	})
}

type fataler interface{ Fatalf(string, ...any) }

// wantSame checks that two runs of a script had the same outcome.
func wantSame(t fataler, s script.Script, says string, a, b outcome) {
	same := (a.err == nil) == (b.err == nil) && (a.mismatch == nil) == (b.mismatch == nil) && a.answer == b.answer
	if m, n := a.mismatch, b.mismatch; same && m != nil {
		k := min(len(m.Got), len(n.Got))
		same = m.Step == n.Step && m.Offset == n.Offset && m.Want == n.Want && m.Ended == n.Ended && bytes.Equal(m.Got[:k], n.Got[:k])
	} else if same {
		same = bytes.Equal(a.record.FromClient(), b.record.FromClient()) && bytes.Equal(a.record.Discarded(), b.record.Discarded())
	}
	if !same {
		t.Fatalf("script\n%v\nclient %q\nanswered %q, %v\n%v\nand then %q, %v\n%v", s, says, a.answer, a.err, a.record, b.answer, b.err, b.record)
	}
}

// A client that says what the script wants is done with it.
func TestScriptIsDoneByAClientThatFollowsIt(t *testing.T) {
	done := 0
	rapid.Check(t, func(rt *rapid.T) {
		d := dialogues.Draw(rt, "dialogue")
		o := serve(t, d.steps, says(d.says))
		if o.err == nil {
			done++
		}
	})
	if done == 0 {
		t.Error("no script was done")
	}
	t.Logf("%d scripts were done", done)
}
