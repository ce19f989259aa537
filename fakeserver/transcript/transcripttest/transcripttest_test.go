package transcripttest_test

import (
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func Example() {
	wasAsked := func(tr transcript.Transcript) bool { // what is under test
		return string(tr.Conn(1).FromClient()) == "PING\r\n" && tr.Conn(1).Ending(transcript.FromClient) == transcript.ByFIN
	}

	r := transcripttest.New(transcript.Header{Network: "tcp"}, 0)
	ping := transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("PING\r\n")}
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept}, ping)
	fmt.Println(wasAsked(r.Transcript()))
	r.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.FIN})
	fmt.Println(wasAsked(r.Transcript()))
	// Output:
	// false
	// true
}

func TestRecordGivesEachEventItsOffset(t *testing.T) {
	r := transcripttest.New(transcript.Header{Network: "tcp"}, 0)
	in, out := transcript.FromClient, transcript.ToClient
	data := []byte("ab")
	r.Add(
		transcript.Event{Conn: 1, Kind: transcript.Accept},
		transcript.Event{Conn: 1, Direction: in, Kind: transcript.Data, Data: data},
		transcript.Event{Conn: 2, Direction: in, Kind: transcript.Data, Data: data},
		transcript.Event{Conn: 1, Direction: in, Kind: transcript.Discarded, Data: data},
		transcript.Event{Conn: 1, Direction: out, Kind: transcript.Fault, Offset: 7, Rule: "cut"},
		transcript.Event{Conn: 1, Direction: in, Kind: transcript.FIN},
		transcript.Event{Conn: 3, Direction: in, Kind: transcript.Datagram, Data: data},
		transcript.Event{Conn: 3, Direction: in, Kind: transcript.Datagram, Data: data},
	)
	data[0] = 'x' // the record has a copy
	want := []int64{0, 0, 0, 2, 7, 4, 1, 2}
	i := 0
	for e := range r.Transcript().All() {
		if e.Seq != int64(i)+1 || e.Offset != want[i] || e.Data != nil && string(e.Data) != "ab" {
			t.Errorf("event %d is %v, want offset %d", i+1, e, want[i])
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d events, want %d", i, len(want))
	}
}

func TestRecordKeepsItsLimit(t *testing.T) {
	r := transcripttest.New(transcript.Header{Network: "tcp"}, 3)
	r.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Data, Data: []byte("abcde")})
	if got := r.Transcript().Conn(1).ToClient(); string(got) != "abc" {
		t.Errorf("it has %q, want 3 bytes", got)
	}
}
