package scenarios

import (
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestAftermathHasNoLineWithoutItsEnd(t *testing.T) {
	r := transcript.NewRecorder(transcript.Header{}, 0)
	r.Lane(1, transcript.FromClient).Append(transcript.Data, []byte(shortLine(1)+"\n"+shortLine(2)))
	r.Lane(2, transcript.FromClient).Append(transcript.Data, []byte(shortLine(2)+"\n"))
	record, f := r.Snapshot(), NetworkLogger{}.framing()
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
