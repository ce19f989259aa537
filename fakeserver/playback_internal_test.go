package fakeserver

import (
	"bytes"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What transcript.Diff finds to be the same, however the bytes were cut, is what a playback lets pass, and nothing else.
func TestPlaybackChecksAsDiffDoes(t *testing.T) {
	patterns := []string{`\d+`, `\d`, `id=(\d*)`, `x(\d+)?y(b*)`, `[ab]+`, `a|ab`, `(?m)^\d+`, `\bid\b`, `\d+;`, `b*?1`, `;+`}
	same, different := 0, 0
	faultgen.Check(t, 3000, func(t *rapid.T) {
		text := rapid.StringMatching(`([0-9;abxy]|id=|\n){0,12}`)
		want := []byte(text.Draw(t, "recorded"))
		got := mutated(t, want, text)
		var ignore []transcript.Ignore
		for range faultgen.Between(t, 0, 2, "patterns") {
			ignore = append(ignore, transcript.Ignore{Pattern: regexp.MustCompile(rapid.SampledFrom(patterns).Draw(t, "pattern"))})
		}
		if faultgen.Coin(t, 3, "a range") {
			from := int64(faultgen.Between(t, 0, 12, "from"))
			ignore = append(ignore, transcript.Ignore{From: from, To: from + int64(faultgen.Between(t, 1, 6, "length"))})
		}
		x, err := expect(&dialogue{conn: 1, heard: want, starts: []int64{0}}, ignore, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantSame := transcript.Diff(asRecord(want), asRecord(got), ignore...) == ""
		var first *checker
		for range 3 {
			c := checked(t, x, got)
			if isSame := !c.diverged && c.isComplete(); isSame != wantSame {
				t.Fatalf("%q for %q, with %v: it is the same: %v, want %v\n%s", got, want, ignore, isSame, wantSame, transcript.Diff(asRecord(want), asRecord(got), ignore...))
			}
			if first != nil && (first.diverged != c.diverged || first.position != c.position) {
				t.Fatalf("%q for %q, with %v: cut otherwise, it comes to %+v and not %+v", got, want, ignore, c.position, first.position)
			}
			first = c
		}
		if wantSame {
			same++
		} else {
			different++
		}
	})
	if few := (same + different) / 30; same <= few || different <= few { // RAPID_CHECKS may ask for less
		t.Errorf("%d were the same, and %d were not", same, different)
	}
}

// mutated returns bytes that are like others.
func mutated(t *rapid.T, p []byte, text *rapid.Generator[string]) []byte {
	p = bytes.Clone(p)
	for range faultgen.Between(t, 0, 3, "changes") {
		at := faultgen.Between(t, 0, len(p), "at")
		end := min(len(p), at+faultgen.Between(t, 0, 3, "removed"))
		p = append(bytes.Clone(p[:at]), append([]byte(text.Draw(t, "put")), p[end:]...)...)
	}
	return p
}

// checked returns a checker that all of p came to, in any pieces, and its end.
func checked(t *rapid.T, x *expectation, p []byte) *checker {
	c := newChecker(x)
	for len(p) > 0 {
		n := faultgen.Between(t, 1, len(p), "piece")
		c.feed(p[:n])
		c.reach(false)
		p = p[n:]
	}
	c.end()
	return c
}

// What comes is enough for what was answered as soon as that much was said, and no sooner, however it is cut.
func TestPlaybackReachesWhatWasSaid(t *testing.T) {
	re := regexp.MustCompile(`id=(\d+);`)
	x, err := expect(&dialogue{conn: 1, heard: []byte("id=1;ok\nid=22;ok\n"), starts: []int64{0, 8}}, []transcript.Ignore{{Pattern: re}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	faultgen.Check(t, 300, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{1,5}`)
		first, second := "id="+digits.Draw(t, "first")+";ok\n", "id="+digits.Draw(t, "second")+";ok\n"
		c := newChecker(x)
		for i, b := range []byte(first + second) {
			c.feed([]byte{b})
			reached, open := c.reach(false)
			came := i + 1
			if c.diverged || open || (reached >= 8) != (came >= len(first)) || (reached >= 17) != (came >= len(first+second)) {
				t.Fatalf("after %q it has come to %d, open %v, diverged %v", (first + second)[:came], reached, open, c.diverged)
			}
		}
	})
}
