package fault

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestSliceCutsBetweenPieces(t *testing.T) {
	wantSteps(t, "abcdef", "ab cut@2 cd cut@4 ef", ToClient(Slice{Size: 2}))
	wantSteps(t, "abcdef", "ab cut@2 cdef", ToClient(Slice{Sizes: []int64{2}}))
	wantSteps(t, "abcdefgh", "a cut@1 bcd cut@4 ef cut@6 gh", ToClient(Slice{Sizes: []int64{1, 3}, Size: 2}))
	wantSteps(t, "abcdef", "abc cut@3 de cut@5 f", ToClient(Slice{Size: 2}).AfterBytes(3))
	wantSteps(t, "abcd", "a cut@1+5ms b cut@2+5ms c cut@3+5ms d", ToClient(Slice{Size: 1, Pause: 5 * time.Millisecond}))
	wantSteps(t, "ab", "ab", ToClient(Slice{Size: 2}))
}

func TestSliceEndsItsLastPieceWhereTheWindowDoes(t *testing.T) {
	wantSteps(t, "abcdefgh", "ab cut@2 cd cut@4 e cut@5 fgh", ToClient(Slice{Size: 2}).ForBytes(5))
	wantSteps(t, "abcdefgh", "ab cut@2 cd cut@4 efgh", ToClient(Slice{Size: 2}).ForBytes(4))
	wantSteps(t, "abcdefgh", "a cut@1 bc cut@3 d cut@4 efgh", ToClient(Slice{Size: 2}).AfterBytes(1).ForBytes(3))
	wantSteps(t, "abcdefgh", "ab cut@2 cdefgh", ToClient(Slice{Sizes: []int64{2}}).ForBytes(5))
	wantSteps(t, "abcdefgh", "ab cut@2 cdefgh", ToClient(Slice{Size: 2}).Times(1))
}

func TestSliceVariationMakesAllSizesAsLikely(t *testing.T) {
	s := compile(t, Streams, 7, ToClient(Slice{Size: 10, Variation: 9})).Stream(1, toClient)
	sizes, last := make([]int, 19), int64(0)
	for _, step := range s.Feed(make([]byte, 500_000), 0) {
		if step.Op != decide.OpCut {
			continue
		}
		if size := step.Offset - last; size < 1 || size > 19 {
			t.Fatalf("a piece of %d bytes, want 1 to 19", size)
		}
		sizes[step.Offset-last-1]++
		last = step.Offset
	}
	wantEven(t, "sizes", sizes)
}

// Any composition of up to 4 KiB into read sizes is honoured exactly, however the
// sender's bytes come.
func TestSliceHonorsEveryComposition(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	data := make([]byte, 4096)
	for i := range data {
		data[i] = byte(i ^ i>>8)
	}
	for range 10_000 {
		total := 1 + r.IntN(len(data))
		largest := 1 + r.IntN(1+r.IntN(total))
		var sizes []int64
		for left := total; left > 0; {
			size := 1 + r.IntN(min(left, largest))
			sizes, left = append(sizes, int64(size)), left-size
		}
		s := compile(t, Streams, 1, ToClient(Slice{Sizes: sizes})).Stream(1, toClient)
		if got := piecesOf(s, data[:total], 1+r.IntN(2*total)); !slices.Equal(got, sizes) {
			t.Fatalf("pieces of %v, want %v", got, sizes)
		}
	}
}

// piecesOf feeds data, in parts of a size, and returns the sizes of the pieces
// between boundaries. They must have the right bytes.
func piecesOf(s decide.Stream, data []byte, part int) []int64 {
	pieces, at := []int64{0}, 0
	for left := data; len(left) > 0; left = left[min(part, len(left)):] {
		for _, step := range s.Feed(left[:min(part, len(left))], 0) {
			if step.Op == decide.OpCut {
				pieces = append(pieces, 0)
				continue
			}
			if !bytes.Equal(step.Data, data[at:at+len(step.Data)]) {
				return nil
			}
			pieces[len(pieces)-1] += int64(len(step.Data))
			at += len(step.Data)
		}
	}
	return pieces
}

func TestSliceTimesAndWindows(t *testing.T) {
	wantSteps(t, "abcdefgh", "ab cut@2 cd cut@4 efgh", ToClient(Slice{Size: 2}).Times(2))
	wantSteps(t, "abcdefgh", "ab cut@2 cd cut@4 e cut@5 fgh", ToClient(Slice{Size: 2}).ForBytes(5))
	wantSteps(t, "abcdefgh", "abcdefgh", ToClient(Slice{Size: 2}).WithProbability(0))
	wantSteps(t, "abcdefgh", "abc cut@3 de cut@5 fg cut@7 h", ToClient(Slice{Size: 2}).AfterMatch("c"))
}

func TestSliceRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(Slice{}), "want a size of at least 1")
	wantInvalid(t, Streams, ToClient(Slice{Size: -1}), "Size is -1")
	wantInvalid(t, Streams, ToClient(Slice{Sizes: []int64{1, 0}}), "Sizes[1] is 0")
	wantInvalid(t, Streams, ToClient(Slice{Size: 3, Variation: 3}), "Variation is 3")
	wantInvalid(t, Streams, ToClient(Slice{Size: 3, Pause: -1}), "Pause is -1ns")
	wantInvalid(t, Datagrams, ToClient(Slice{Size: 3}), "not a fault of datagrams")
}

func TestCompiledPlanDoesNotChangeWithTheCallersSlices(t *testing.T) {
	sizes, conns := []int64{1}, []int{1}
	r := ToClient(Slice{Sizes: sizes})
	r.Conns.Only = conns
	g := compile(t, Streams, 1, r)
	sizes[0], conns[0] = 2, 9
	if got := steps(g.Stream(1, transcript.ToClient), "abc", whole); got != "a cut@1 bc" {
		t.Errorf("steps = %q", got)
	}
}
