package transcript_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

func newTestRecorder(limit int64) *record.Recorder {
	return record.New(Header{Name: "test", Network: "tcp", Address: "127.0.0.1:1"}, limit)
}

// sample makes a transcript of two connections, a datagram peer's events and a
// few others.
func sample() *record.Recorder {
	rec := newTestRecorder(0)
	rec.Add(Event{Conn: 1, Kind: Accept, Peer: "127.0.0.1:5"})
	in, out := rec.Lane(1, FromClient), rec.Lane(1, ToClient)
	in2 := rec.Lane(2, FromClient)
	in.Append(Data, []byte("PING\r\nhal"))
	in2.Append(Data, []byte("two\nthree"))
	out.Append(Data, []byte("PONG\r\n"))
	out.Add(Event{Kind: Fault, Rule: "reset.ToClient.1"})
	in.Append(Discarded, []byte("f\n"))
	in.Add(Event{Kind: FIN})
	out.Add(Event{Kind: FIN})
	rec.Add(Event{Conn: 1, Kind: Close})
	in2.Add(Event{Kind: RST})
	return rec
}

func TestTranscriptAnswers(t *testing.T) {
	tr := sample().Snapshot()
	if got := tr.Conns(); got != 2 {
		t.Errorf("Conns = %d, want 2", got)
	}
	if got := string(tr.Conn(1).FromClient()); got != "PING\r\nhal" {
		t.Errorf("conn 1 sent %q", got)
	}
	if got := string(tr.FromClient()); got != "PING\r\nhaltwo\nthree" {
		t.Errorf("clients sent %q", got)
	}
	if got := string(tr.Discarded()); got != "f\n" {
		t.Errorf("clients sent %q in vain", got)
	}
	if got := string(tr.Canonical()[0].Data); got != "PING\r\nhalf\n" {
		t.Errorf("the canonical form has %q of conn 1", got)
	}
	if got := string(tr.ToClient()); got != "PONG\r\n" {
		t.Errorf("clients got %q", got)
	}
	if got := tr.Lines(); !slices.Equal(got, []string{"PING", "hal", "two", "three"}) {
		t.Errorf("Lines = %q", got)
	}
	if got := tr.Conn(9); got.Len() != 0 || got.FromClient() != nil || got.Ending(FromClient) != StillOpen {
		t.Errorf("conn 9 = %v", got)
	}
	if got := tr.Faults(); len(got) != 1 || got[0].Offset != 6 {
		t.Errorf("Faults = %v", got)
	}
	var zero Transcript
	if zero.Len() != 0 || zero.String() == "" || zero.Canonical() != nil {
		t.Error("the zero transcript does not work")
	}
}

func TestEndingOfEachDirection(t *testing.T) {
	for _, tt := range []struct {
		why        string
		write      func(rec *record.Recorder, in, out *record.Lane)
		from, toIt Ending
	}{
		{"nothing ended", func(rec *record.Recorder, in, out *record.Lane) {}, StillOpen, StillOpen},
		{"each FIN ends its own direction", func(rec *record.Recorder, in, out *record.Lane) { in.Add(Event{Kind: FIN}) }, ByFIN, StillOpen},
		{"an RST ends both", func(rec *record.Recorder, in, out *record.Lane) { out.Add(Event{Kind: RST}) }, ByRST, ByRST},
		{"an RST after a FIN ends the other one", func(rec *record.Recorder, in, out *record.Lane) {
			out.Add(Event{Kind: FIN})
			in.Add(Event{Kind: RST})
		}, ByRST, ByFIN},
		{"closing cuts off what had not ended", func(rec *record.Recorder, in, out *record.Lane) {
			out.Add(Event{Kind: FIN})
			rec.Add(Event{Conn: 1, Kind: Close})
		}, ByClose, ByFIN},
		{"a FIN that the socket refused is none", func(rec *record.Recorder, in, out *record.Lane) {
			out.Add(Event{Kind: FIN})
			out.UnsendFIN("not connected")
		}, StillOpen, StillOpen},
	} {
		rec := newTestRecorder(0)
		tt.write(rec, rec.Lane(1, FromClient), rec.Lane(1, ToClient))
		tr := rec.Snapshot()
		if got := tr.Ending(FromClient); got != tt.from {
			t.Errorf("%s: FromClient ended by %v, want %v", tt.why, got, tt.from)
		}
		if got := tr.Ending(ToClient); got != tt.toIt {
			t.Errorf("%s: ToClient ended by %v, want %v", tt.why, got, tt.toIt)
		}
	}
}

func TestTranscriptToClientLacksWhatWasUnsent(t *testing.T) {
	rec := newTestRecorder(0)
	out := rec.Lane(1, ToClient)
	out.Append(Data, []byte("abcdef"))
	out.Unsend(4, "timeout")
	out.Append(Data, []byte("xyz"))
	if got := string(rec.Snapshot().ToClient()); got != "abxyz" {
		t.Errorf("ToClient = %q, want abxyz", got)
	}
}

func TestTranscriptDatagrams(t *testing.T) {
	rec := newTestRecorder(0)
	in, out := rec.Lane(0, FromClient), rec.Lane(0, ToClient)
	in.Datagram(1, "a:1", 1, []byte("one"))
	in.Datagram(1, "a:1", 2, nil)
	in.Datagram(2, "a:2", 1, []byte("other"))
	out.Datagram(1, "a:1", 1, []byte("answer"))
	out.Datagram(1, "a:1", 2, []byte("too long"))
	rec.Add(Event{Conn: 1, Direction: ToClient, Kind: DatagramUnsent, Offset: 2, Peer: "a:1"})
	out.Datagram(2, "a:2", 1, []byte("one of two"))
	rec.Add(Event{Conn: 2, Direction: ToClient, Kind: Undelivered, Offset: 1, Count: 1, Peer: "a:2"}) // the other
	in.Datagram(2, "a:2", 2, []byte("refused"))
	rec.Add(Event{Conn: 2, Direction: FromClient, Kind: DatagramUnsent, Offset: 2, Peer: "a:2"}) // by a proxy's socket to its upstream
	rec.Add(Event{Direction: FromClient, Kind: Drop, Count: 3})
	rec.Add(Event{Direction: FromClient, Kind: Drop, Count: 4})
	tr := rec.Snapshot()
	got := tr.Conn(1).Datagrams(FromClient)
	if len(got) != 2 || string(got[0]) != "one" || got[1] == nil || len(got[1]) != 0 {
		t.Errorf("peer 1 sent %q, want one and an empty one", got)
	}
	if got := tr.Conn(2).Datagrams(FromClient); len(got) != 1 || string(got[0]) != "other" {
		t.Errorf("peer 2 sent %q, want what left", got)
	}
	if got := tr.Datagrams(ToClient); len(got) != 2 || string(got[0]) != "answer" || string(got[1]) != "one of two" {
		t.Errorf("clients got %q, want the answer, and one of two", got)
	}
	if got := tr.Drops(); got != 7 {
		t.Errorf("Drops = %d, want 7", got)
	}
}

func TestStringHasALineForEachEvent(t *testing.T) {
	rec := sample()
	rec.Lane(2, ToClient).Append(Data, []byte{0, 1, 254, 255})
	rec.Lane(2, ToClient).Append(Data, []byte(strings.Repeat("long", 100)))
	text := rec.Snapshot().String()
	for _, want := range []string{
		"transcript of test (tcp 127.0.0.1:1): 2 conns, 12 events",
		"conn 1              accept    127.0.0.1:5",
		`conn 1   client ->  data      @0 9 B "PING\r\nhal"`,
		"conn 1   client <-  fault     @6 reset.ToClient.1",
		`conn 1   client ->  discarded @9 2 B "f\n"`,
		"conn 2   client ->  rst       @9",
		"4 B hex 0001feff",
		"… 304 more",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("String does not say %q:\n%s", want, text)
		}
	}
}
