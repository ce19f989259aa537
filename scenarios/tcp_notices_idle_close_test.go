package scenarios

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func TestClosedUnheardIsWhatTheClientDidNotEnd(t *testing.T) {
	fin := transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.FIN}
	rst := transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.RST}
	end := func(conn int) transcript.Event { return transcript.Event{Conn: conn, Kind: transcript.Close} }
	for _, c := range []struct {
		Why    string
		Events []transcript.Event
		Want   int
	}{
		{"it is open", nil, 0},
		{"the client has ended it", []transcript.Event{fin, end(1)}, 0},
		{"the client has reset it", []transcript.Event{rst, end(1)}, 0},
		{"the server gave up first", []transcript.Event{end(1)}, 1},
		{"a later connection is not idle", []transcript.Event{end(3)}, 0},
		{"the second of both", []transcript.Event{fin, end(1), end(2)}, 2},
	} {
		r := transcripttest.New(transcript.Header{}, 0)
		for conn := 1; conn <= 3; conn++ {
			r.Add(transcript.Event{Kind: transcript.Accept, Conn: conn})
		}
		r.Add(c.Events...)
		if got := closedUnheard(r.Transcript(), 2); got != c.Want {
			t.Errorf("%s: closedUnheard = %d, want %d", c.Why, got, c.Want)
		}
	}
}
