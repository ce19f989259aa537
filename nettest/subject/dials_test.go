package subject

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func TestMostDialsCountsTheBusiestStretch(t *testing.T) {
	var record transcript.Transcript
	synctest.Test(t, func(*testing.T) {
		r, began := transcripttest.New(transcript.Header{Network: "tcp"}, 0), time.Now()
		for i, at := range []time.Duration{0, 10, 11, 12, 20, 22, 22, 22, 40} {
			time.Sleep(at*time.Second - time.Since(began))
			r.Add(
				transcript.Event{Conn: i + 1, Kind: transcript.Accept},
				transcript.Event{Conn: i + 1, Kind: transcript.FIN, Direction: transcript.FromClient},
			)
		}
		record = r.Transcript()
	})
	for _, c := range []struct {
		d    time.Duration
		want int
	}{{-1, 0}, {0, 0}, {1, 3}, {2 * time.Second, 3}, {2*time.Second + 1, 4}, {10 * time.Second, 4}, {11 * time.Second, 5}, {11*time.Second + 1, 6}, {time.Hour, 9}} {
		if got := MostDials(record, c.d); got != c.want {
			t.Errorf("in %v there were %d dials, want %d", c.d, got, c.want)
		}
	}
	if got := MostDials(transcript.Transcript{}, time.Second); got != 0 {
		t.Errorf("without a connection there were %d", got)
	}
}
