package record

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// The memory is changed between the two, which shows that the second lane takes the first's checksum over.
func TestLaneFollowTakesOverTheChecksum(t *testing.T) {
	in, out := newTestRecorder(-1).Lane(1, transcript.FromClient), newTestRecorder(-1).Lane(1, transcript.FromClient)
	out.Follow(in)
	p := make([]byte, 3)
	for _, text := range []string{"abc", "def"} {
		copy(p, text)
		in.Append(transcript.Data, p)
		copy(p, "...")
		out.Append(transcript.Data, p)
	}
	wantSum(t, in, "abcdef")
	wantSum(t, out, "abcdef")
}

// What is not the same, after the same, is summed.
func TestLaneFollowSumsWhatDiffers(t *testing.T) {
	for _, tt := range []struct {
		why           string
		first, second []string // pieces of one text, or copies
		kept          int64    // that the second may keep
		same          bool     // the pieces are in the same memory
	}{
		{"other memory", []string{"abc", "def"}, []string{"abc", "xyz"}, -1, false},
		{"more came before", []string{"abc", "def"}, []string{"x", "def"}, -1, false},
		{"a part of it", []string{"abcdef"}, []string{"abc"}, -1, true},
		{"some is kept", []string{"abcdef"}, []string{"abcdef"}, 2, true},
		{"nothing", []string{""}, []string{""}, -1, true},
	} {
		in, out := newTestRecorder(-1).Lane(1, transcript.FromClient), newTestRecorder(tt.kept).Lane(1, transcript.FromClient)
		out.Follow(in)
		all := ""
		for i := range tt.first {
			p := []byte(tt.first[i])
			in.Append(transcript.Data, p)
			if q := tt.second[i]; tt.same {
				out.Append(transcript.Data, p[:len(q)])
			} else {
				out.Append(transcript.Data, []byte(q))
			}
			all += tt.second[i]
		}
		t.Log(tt.why)
		wantSum(t, out, all[max(0, tt.kept):])
	}
}

// A record of all has no checksums, and needs no memory for them.
func TestLaneFollowNeedsALimit(t *testing.T) {
	all, some := newTestRecorder(0).Lane(1, transcript.FromClient), newTestRecorder(-1).Lane(1, transcript.FromClient)
	all.Follow(some)
	some.Follow(all)
	if all.latest.Load() != nil || some.latest.Load() != nil {
		t.Error("a lane remembers for one that has no checksum")
	}
	some.Append(transcript.Data, []byte("abc"))
	wantSum(t, some, "abc")
}

func wantSum(t *testing.T, l *Lane, text string) {
	t.Helper()
	if got, want := l.tally(1).sum, addSum(0, []byte(text)); got != want {
		t.Errorf("the checksum is %016x, want %016x, that of %q", got, want, text)
	}
}
