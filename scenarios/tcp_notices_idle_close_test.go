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
		Want   string
	}{
		{"it is open", nil, ""},
		{"the client has ended it", []transcript.Event{fin, end(1)}, ""},
		{"the client has reset it", []transcript.Event{rst, end(1)}, ""},
		{"the server gave up first", []transcript.Event{end(1)}, "connection 1"},
		{"a later connection is not idle", []transcript.Event{end(3)}, ""},
		{"the second of both", []transcript.Event{fin, end(1), end(2)}, "connection 2"},
	} {
		r := transcripttest.New(transcript.Header{}, 0)
		accept := func(conn int) { r.Add(transcript.Event{Kind: transcript.Accept, Conn: conn}) }
		accept(1)
		accept(2)
		before := records{r.Transcript()}
		accept(3)
		r.Add(c.Events...)
		if got := closedUnheard(records{r.Transcript()}, before); got != c.Want {
			t.Errorf("%s: closedUnheard = %q, want %q", c.Why, got, c.Want)
		}
	}
}
