package fault

import (
	"strings"
	"testing"
	"time"

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

func TestSliceVariationStaysInItsBounds(t *testing.T) {
	s := compile(t, Streams, 7, ToClient(Slice{Size: 10, Variation: 9})).Stream(1, transcript.ToClient)
	seen := map[int]int{}
	for piece := range strings.SplitSeq(steps(s, strings.Repeat("x", 100_000), whole), " ") {
		if strings.HasPrefix(piece, "x") {
			seen[len(piece)]++
		}
	}
	for size := 1; size <= 19; size++ {
		if n := seen[size]; n < 400 || n > 650 { // about 10,000 pieces of 19 sizes
			t.Errorf("%d pieces of %d bytes, want about 526", n, size)
		}
		delete(seen, size)
	}
	if len(seen) > 1 { // the last piece may be any size
		t.Errorf("other sizes: %v", seen)
	}
}

func TestSliceRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(Slice{}), "want a size of at least 1")
	wantInvalid(t, Streams, ToClient(Slice{Size: -1}), "Size is -1")
	wantInvalid(t, Streams, ToClient(Slice{Sizes: []int64{1, 0}}), "Sizes[1] is 0")
	wantInvalid(t, Streams, ToClient(Slice{Size: 3, Variation: 3}), "Variation is 3")
	wantInvalid(t, Streams, ToClient(Slice{Size: 3, Pause: -1}), "Pause is -1ns")
	wantInvalid(t, Datagrams, ToClient(Slice{Size: 3}), "not a fault of datagrams")
}

func TestACompiledPlanDoesNotChangeWithTheCallersSlices(t *testing.T) {
	sizes, conns := []int64{1}, []int{1}
	r := ToClient(Slice{Sizes: sizes})
	r.Conns.Only = conns
	g := compile(t, Streams, 1, r)
	sizes[0], conns[0] = 2, 9
	if got := steps(g.Stream(1, transcript.ToClient), "abc", whole); got != "a cut@1 bc" {
		t.Errorf("steps = %q", got)
	}
}
