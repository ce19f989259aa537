package scenarios

import (
	"errors"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func TestDialsAfterResetAreCountedFromTheReset(t *testing.T) {
	began := time.Now()
	r := transcripttest.New(transcript.Header{Start: began}, 0)
	r.Add(transcript.Event{Kind: transcript.Accept, Conn: 1})
	r.Add(transcript.Event{Kind: transcript.Accept, Conn: 2}) // before the reset
	r.Add(transcript.Event{Kind: transcript.RST, Conn: 1, Direction: transcript.ToClient})
	r.Add(transcript.Event{Kind: transcript.Accept, Conn: 3})
	r.Add(transcript.Event{Kind: transcript.RST, Conn: 1, Direction: transcript.FromClient})
	r.Add(transcript.Event{Kind: transcript.Accept, Conn: 4})
	if n := dialsAfterReset(r.Transcript(), time.Hour); n != 2 {
		t.Errorf("dialsAfterReset within an hour = %d, want 2", n)
	}
	if n := dialsAfterReset(r.Transcript(), -time.Hour); n != 0 {
		t.Errorf("dialsAfterReset an hour ago = %d, want 0", n)
	}
}

func TestProvesCalmByLinesOrByTime(t *testing.T) {
	for _, c := range []struct {
		Why          string
		Lines, Beats int
		Proved       bool
	}{
		{"more lines than it may dial", 11, 0, true},
		{"few lines: the logger kept its caller waiting", 1, pulseBeats, true},
		{"few lines: the process had no time", 10, pulseBeats/2 - 1, false},
		{"none after the reset", 0, pulseBeats, false},
	} {
		if err := provesCalm(c.Lines, DefaultDials, c.Beats, time.Second); (err == nil) != c.Proved || err != nil && !errors.Is(err, ErrInconclusive) {
			t.Errorf("%s: %v", c.Why, err)
		}
	}
}
