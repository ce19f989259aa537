package fault

import (
	"slices"
	"testing"
)

func TestEnlargePadsWhatIsShorter(t *testing.T) {
	for _, tt := range []struct {
		size       int
		data, want string
		fires      bool
	}{{4, "ab", "ab\x00\x00", true}, {2, "", "\x00\x00", true}, {2, "ab", "ab", false}, {1, "ab", "ab", false}} {
		v := compile(t, Datagrams, 1, ToClient(Enlarge{Size: tt.size})).Peer(1, toClient).Next([]byte(tt.data), 0)
		if got := deliveries(v); !slices.Equal(got, []string{tt.want}) || (len(v.Fired) > 0) != tt.fires {
			t.Errorf("Size %d: %q became %q, fired %v", tt.size, tt.data, got, v.Fired)
		}
	}
}

// The padding is zeros, whatever lies behind the datagram in the sender's memory.
func TestEnlargeLeavesTheSendersMemoryAlone(t *testing.T) {
	memory := []byte("abcdef")
	v := compile(t, Datagrams, 1, ToClient(Enlarge{Size: 4})).Peer(1, toClient).Next(memory[:2], 0)
	if got := string(v.Copies[0].Data); got != "ab\x00\x00" || string(memory) != "abcdef" {
		t.Errorf("it became %q, and the memory %q", got, memory)
	}
}

func TestEnlargeRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Enlarge{}), "Size is 0, want 1 to 65507")
	wantInvalid(t, Datagrams, ToClient(Enlarge{Size: -1}), "Size is -1")
	wantInvalid(t, Datagrams, ToClient(Enlarge{Size: 65508}), "Size is 65508")
	wantInvalid(t, Streams, ToClient(Enlarge{Size: 1}), "enlarge is not a fault of a stream")
}
