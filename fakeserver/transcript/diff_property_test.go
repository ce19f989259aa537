package transcript_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// traffic is what a record is made of: the bytes of each direction of each connection.
type traffic map[laneKey][]byte

// drawTraffic draws some, with at least one byte.
func drawTraffic(t *rapid.T) traffic {
	all := traffic{}
	for n := range faultgen.Between(t, 1, 4, "conns") {
		for _, d := range []Direction{FromClient, ToClient} {
			all[laneKey{n + 1, d}] = rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, fmt.Sprint("conn ", n+1, d))
		}
	}
	all[laneKey{1, FromClient}] = append(all[laneKey{1, FromClient}], 'x')
	return all
}

// sides returns the keys in an order.
func (all traffic) sides() (keys []laneKey) {
	for n := 1; n <= 4; n++ {
		for _, d := range []Direction{FromClient, ToClient} {
			if _, ok := all[laneKey{n, d}]; ok {
				keys = append(keys, laneKey{n, d})
			}
		}
	}
	return keys
}

// record returns all of it, cut and in an order as the generator says.
func (all traffic) record(r *rand.Rand) Transcript {
	rec, lanes, left := newTestRecorder(0), map[laneKey]*record.Lane{}, traffic{}
	keys := all.sides()
	for _, k := range keys {
		lanes[k], left[k] = rec.Lane(k.conn, k.dir), all[k]
		rec.Add(Event{Conn: k.conn, Kind: Accept})
	}
	for len(keys) > 0 {
		i := r.IntN(len(keys))
		k := keys[i]
		n := min(len(left[k]), 1+r.IntN(40))
		lanes[k].Append(Data, left[k][:n])
		if left[k] = left[k][n:]; len(left[k]) == 0 {
			keys = slices.Delete(keys, i, i+1)
		}
	}
	return rec.Snapshot()
}

func drawRand(t *rapid.T, label string) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label), 1))
}

// How bytes were cut, and in which order the directions came, makes no difference.
func TestDiffLeavesOutCutsAndOrder(t *testing.T) {
	faultgen.Check(t, 200, func(t *rapid.T) {
		all := drawTraffic(t)
		a, b := all.record(drawRand(t, "a")), all.record(drawRand(t, "b"))
		if d := Diff(a, b); d != "" {
			t.Fatalf("of the same bytes, it says\n%s", d)
		}
	})
}

// One byte that is another is found where it is, and nothing else.
func TestDiffFindsTheByteThatDiffers(t *testing.T) {
	faultgen.Check(t, 300, func(t *rapid.T) {
		all := drawTraffic(t)
		a := all.record(drawRand(t, "a"))
		k := rapid.SampledFrom(slices.DeleteFunc(all.sides(), func(k laneKey) bool { return len(all[k]) == 0 })).Draw(t, "side")
		at := faultgen.Between(t, 0, len(all[k])-1, "offset")
		all[k] = slices.Clone(all[k])
		all[k][at] ^= byte(faultgen.Between(t, 1, 255, "bits"))
		b := all.record(drawRand(t, "b"))
		var got []Difference
		for d := range (Comparison{}).Differences(a, b) {
			got = append(got, d)
		}
		spot := Spot{Offset: int64(at)}
		if len(got) != 1 || got[0].Aspect != InBytes || got[0].Conn != k.conn || got[0].Direction != k.dir || got[0].A != spot || got[0].B != spot {
			t.Fatalf("the differences are %v, want one of conn %d %v at %d", got, k.conn, k.dir, at)
		}
		if text := Diff(a, b); !strings.HasPrefix(text, fmt.Sprintf("conn %d %v differs at byte %d", k.conn, k.dir, at)) {
			t.Fatalf("it says\n%s", text)
		}
	})
}

// scribbled returns a record of steps at random, of which a few at the end are others.
func scribbled(seed uint64, steps, odd int, other uint64) Transcript {
	r := rand.New(rand.NewPCG(seed, 2))
	rec, lanes := newTestRecorder(0), map[laneKey]*record.Lane{}
	for i := range steps {
		if i == steps-odd {
			r = rand.New(rand.NewPCG(other, 3))
		}
		scribble(rec, lanes, r)
	}
	return rec.Snapshot()
}

// Whatever is recorded: nothing differs if and only if the canonical forms are equal, and
// which of the two comes first has no say.
func TestDiffSaysWhatCanonicalEqualSays(t *testing.T) {
	equal := 0
	faultgen.Check(t, 1000, func(t *rapid.T) {
		seed, steps := rapid.Uint64().Draw(t, "seed"), faultgen.Between(t, 1, 60, "steps")
		odd := min(steps, faultgen.Between(t, 0, 3, "odd"))
		a := scribbled(seed, steps, odd, rapid.Uint64().Draw(t, "a"))
		b := scribbled(seed, steps, odd, rapid.Uint64().Draw(t, "b"))
		want := a.Canonical().Equal(b.Canonical())
		if want {
			equal++
		}
		if d := Diff(a, b); (d == "") != want {
			t.Fatalf("Equal = %t, and the difference is\n%s\nof\n%v%v", want, d, a.Canonical(), b.Canonical())
		}
		var there, back []string
		for d := range (Comparison{}).Differences(a, b) {
			there = append(there, fmt.Sprint(d.Aspect, d.Conn, d.Direction, d.A, d.B))
		}
		for d := range (Comparison{}).Differences(b, a) {
			back = append(back, fmt.Sprint(d.Aspect, d.Conn, d.Direction, d.B, d.A))
		}
		slices.Sort(there)
		slices.Sort(back)
		if !slices.Equal(there, back) {
			t.Fatalf("of a and b, there is\n%q, and of b and a\n%q\nof\n%v%v", there, back, a, b)
		}
	})
	if !t.Failed() && equal == 0 {
		t.Error("no two were equal")
	}
}

// drawForm draws text with numbers in it, twice, with other numbers of other lengths, and for each byte
// of the one that is no number, where it is in the other.
func drawForm(t *rapid.T) (a, b []byte, pairs [][2]int) {
	number := rapid.StringMatching(`[0-9]{1,6}`)
	for range faultgen.Between(t, 1, 8, "parts") {
		for _, c := range rapid.SliceOfN(rapid.ByteRange('a', 'e'), 1, 12).Draw(t, "text") {
			pairs = append(pairs, [2]int{len(a), len(b)})
			a, b = append(a, c), append(b, c)
		}
		if faultgen.Coin(t, 4, "no number") {
			continue
		}
		a, b = append(a, number.Draw(t, "a")...), append(b, number.Draw(t, "b")...)
	}
	return a, b, pairs
}

// What is ignored may have other lengths: nothing differs, and if one byte does, it is found in both.
func TestDiffFindsTheByteThatDiffersAfterWhatIsIgnored(t *testing.T) {
	ignore := Comparison{Ignore: []Ignore{{Pattern: regexp.MustCompile(`[0-9]+`), Direction: ToClient}}}
	faultgen.Check(t, 500, func(t *rapid.T) {
		p, q, pairs := drawForm(t)
		pair := rapid.SampledFrom(pairs).Draw(t, "byte")
		record := func(p []byte, label string) Transcript {
			return traffic{{1, ToClient}: p}.record(drawRand(t, label))
		}
		a := record(p, "cuts of a")
		if d := ignore.Diff(a, record(q, "cuts of b")); d != "" {
			t.Fatalf("%q and %q differ:\n%s", p, q, d)
		}
		if d := (Comparison{}).Diff(a, record(q, "cuts of b")); (d == "") != bytes.Equal(p, q) {
			t.Fatalf("%q and %q, with nothing ignored:\n%s", p, q, d)
		}
		q[pair[1]] ^= 0x40
		want := Difference{Aspect: InBytes, Conn: 1, Direction: ToClient, A: Spot{Offset: int64(pair[0])}, B: Spot{Offset: int64(pair[1])}}
		n := 0
		for d := range ignore.Differences(a, record(q, "cuts of b")) {
			if n++; d.A != want.A || d.B != want.B || n > 1 {
				t.Fatalf("%q and %q differ at %v and %v, want %v and %v", p, q, d.A, d.B, want.A, want.B)
			}
		}
		if n == 0 {
			t.Fatalf("%q and %q do not differ", p, q)
		}
	})
}

// A fault between two bytes is where it was, also after what has another length.
func TestDiffFindsAFaultAfterWhatIsIgnored(t *testing.T) {
	ignore := Ignore{Pattern: regexp.MustCompile(`[0-9]+`)}
	faultgen.Check(t, 300, func(t *rapid.T) {
		p, q, pairs := drawForm(t)
		at, elsewhere := rapid.SampledFrom(pairs).Draw(t, "fault"), rapid.SampledFrom(pairs).Draw(t, "other")
		a := exchange("", string(p), acted("cut", int64(at[0])))
		if d := Diff(a, exchange("", string(q), acted("cut", int64(at[1]))), ignore); d != "" {
			t.Fatalf("%q and %q differ:\n%s", p, q, d)
		}
		d := Diff(a, exchange("", string(q), acted("cut", int64(elsewhere[1]))), ignore)
		if (d == "") != (at == elsewhere) {
			t.Fatalf("%q with a fault at %d, %q with one at %d: the difference is\n%s", p, at[0], q, elsewhere[1], d)
		}
	})
}

// Of the bytes in a range, none matters, and each beside it does.
func TestDiffIgnoresARange(t *testing.T) {
	faultgen.Check(t, 300, func(t *rapid.T) {
		all := drawTraffic(t)
		a := all.record(drawRand(t, "a"))
		k := laneKey{1, FromClient}
		from := faultgen.Between(t, 0, len(all[k])-1, "from")
		to := faultgen.Between(t, from+1, len(all[k])+3, "to")
		at := faultgen.Between(t, 0, len(all[k])-1, "offset")
		all[k] = slices.Clone(all[k])
		all[k][at] ^= 0xff
		d := Diff(a, all.record(drawRand(t, "b")), Ignore{Conn: 1, Direction: FromClient, From: int64(from), To: int64(to)})
		if (d == "") != (from <= at && at < to) {
			t.Fatalf("byte %d differs, and from %d to %d is ignored: the difference is\n%s", at, from, to, d)
		}
	})
}
