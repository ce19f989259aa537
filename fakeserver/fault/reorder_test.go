package fault

import (
	"math"
	"slices"
	"testing"
)

func TestReorderPutsDatagramsBehindLaterOnes(t *testing.T) {
	for _, tt := range []struct {
		f    Reorder
		want string
	}{{Reorder{Rate: 1}, "a>1"}, {Reorder{Rate: 1, Gap: 4}, "a>4"}} {
		v := compile(t, Datagrams, 1, ToClient(tt.f)).Peer(1, toClient).Next([]byte("a"), 0)
		if got := deliveries(v); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%+v: %q, want %s", tt.f, got, tt.want)
		}
	}
}

func TestReorderFollowsItsRate(t *testing.T) {
	for _, rate := range []float64{.05, .5} {
		wantIndependent(t, FromClient(Reorder{Rate: rate}), rate)
	}
}

func TestReorderRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Reorder{}), "Rate is 0")
	wantInvalid(t, Datagrams, ToClient(Reorder{Rate: -1}), "Rate is -1")
	wantInvalid(t, Datagrams, ToClient(Reorder{Rate: math.Inf(1)}), "Rate is +Inf")
	wantInvalid(t, Datagrams, ToClient(Reorder{Rate: 1, Gap: -1}), "Gap is -1")
	wantInvalid(t, Streams, ToClient(Reorder{Rate: 1}), "reorder is not a fault of a stream")
}

func TestReorderGapsThatAddUpToTooMuch(t *testing.T) {
	gap := int64(math.MaxInt)
	want := gap + min(gap, math.MaxInt64-gap) // where an int has 32 bits, it is not too much
	far := FromClient(Reorder{Rate: 1, Gap: math.MaxInt})
	if v := compile(t, Datagrams, 1, far, far).Peer(1, fromClient).Next(nil, 0).Copies[0]; v.Behind != want {
		t.Errorf("Behind = %d, want %d", v.Behind, want)
	}
}
