package fault

import (
	"slices"
	"testing"
)

func TestTruncateCutsWhatIsLonger(t *testing.T) {
	for _, tt := range []struct {
		size       int
		data, want string
		fires      bool
	}{{3, "abcd", "abc", true}, {3, "abc", "abc", false}, {3, "", "", false}, {0, "a", "", true}, {0, "", "", false}} {
		v := compile(t, Datagrams, 1, ToClient(Truncate{Size: tt.size})).Peer(1, toClient).Next([]byte(tt.data), 0)
		if got := deliveries(v); !slices.Equal(got, []string{tt.want}) || (len(v.Fired) > 0) != tt.fires {
			t.Errorf("Size %d: %q became %q, fired %v", tt.size, tt.data, got, v.Fired)
		}
	}
}

func TestTruncateRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Truncate{Size: -1}), "Size is -1")
	wantInvalid(t, Streams, ToClient(Truncate{Size: 1}), "truncate is not a fault of a stream")
}
