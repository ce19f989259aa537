package scenarios

import (
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func TestAftermathHasNoLineWithoutItsEnd(t *testing.T) {
	r := transcripttest.New(transcript.Header{}, 0)
	r.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte(shortLine(1) + "\n" + shortLine(2))})
	r.Add(transcript.Event{Conn: 2, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte(shortLine(2) + "\n")})
	record, f := r.Transcript(), NetworkLogger{}.framing()
	paid := aftermath{logged: textLines(1, 3, shortSize)}
	for n := 1; n <= 2; n++ {
		lines, err := f.ended(record.Conn(n))
		if err != nil {
			t.Fatal(err)
		}
		paid.got = append(paid.got, lines)
	}
	if got := paid.times(); !slices.Equal(got, []int{1, 1, 0}) {
		t.Errorf("times = %v, want [1 1 0]", got)
	}
	if lost, first := paid.lost(), paid.onFirst(); lost != 1 || first != 1 {
		t.Errorf("lost = %d, onFirst = %d, want 1, 1", lost, first)
	}
}
