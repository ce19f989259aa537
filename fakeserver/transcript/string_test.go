package transcript_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// wantText checks that text has all of these, in this order.
func wantText(t *testing.T, text string, want ...string) {
	t.Helper()
	rest := text
	for _, w := range want {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("the text does not say %q, or not there:\n%.6000s", w, text)
			return
		}
		rest = after
	}
}

const hint = "FAKEWIRE_ARTIFACTS"

func TestStringIsCapped(t *testing.T) {
	rec := newTestRecorder(0)
	lane := rec.Lane(1, FromClient)
	for range 10_000 {
		lane.Append(Data, make([]byte, 1000))
	}
	text := rec.Snapshot().String()
	wantText(t, text, hint, "@0 1000 B hex 0000", "… 9,880 events, 9.9 MB …", "@9999000 1000 B")
	if len(text) > 50_000 {
		t.Errorf("%d bytes of text", len(text))
	}
}

func TestStringOfAShortRecordIsWhole(t *testing.T) {
	if text := sample().Snapshot().String(); strings.Contains(text, hint) || strings.Contains(text, "…") {
		t.Errorf("nothing was left out:\n%s", text)
	}
	rec := newTestRecorder(0)
	rec.Lane(1, FromClient).Append(Data, make([]byte, 97))
	wantText(t, rec.Snapshot().String(), hint, "… 1 more")
}

// The one flipped bit is there, with the data around it.
func TestStringShowsTheFaultsOfALongRecord(t *testing.T) {
	rec := newTestRecorder(0)
	rec.Add(Event{Conn: 1, Kind: Accept})
	lanes := []*record.Lane{rec.Lane(1, FromClient), rec.Lane(1, ToClient), rec.Lane(2, ToClient)}
	for n := range 5000 {
		for i, l := range lanes {
			l.Append(Data, fmt.Appendf(nil, "chunk %d of lane %d, %s;", n, i, strings.Repeat("x", 200)))
		}
		if n == 2500 {
			l := lanes[1]
			rec.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Offset: l.Offset() - 100, Rule: "corrupt.ToClient.1", Text: "bit 3"})
		}
	}
	rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Error, Text: "it hurt"})
	for range 1000 {
		lanes[2].Append(Data, []byte("y"))
	}
	text := rec.Snapshot().String()
	wantText(t, text, "accept", "chunk 0 of lane 0", " events, ", "chunk 2500 of lane 1", "xxx", "corrupt.ToClient.1 bit 3", "chunk 2501 of lane 1", "it hurt", `"y"`)
	if n := strings.Count(text, "\n"); n > MaxLines+20 {
		t.Errorf("%d lines", n)
	}
}

// Within a large piece, the line shows the bytes at the fault's offset.
func TestStringShowsWhereInItsDataAFaultActed(t *testing.T) {
	rec := newTestRecorder(0)
	out := rec.Lane(1, ToClient)
	out.Append(Data, []byte("0123456789"))
	out.Append(Data, []byte(strings.Repeat("a", 5000)+"[the place]"+strings.Repeat("b", 5000)))
	rec.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Offset: 5014, Rule: "corrupt.ToClient.1"})
	wantText(t, rec.Snapshot().String(), `@10 10011 B "aaaa`, ` … 9,915 more … @5006 "aaaa[the place]bbbbbbbbb"`, "corrupt.ToClient.1")
}

// Where one line would be left out, nothing is.
func TestStringShowsALineRatherThanThatItLeavesOneOut(t *testing.T) {
	rec := newTestRecorder(0)
	in, out := rec.Lane(1, FromClient), rec.Lane(1, ToClient)
	for n := range 1000 {
		in.Append(Data, fmt.Appendf(nil, "question %d.", n))
		if n == 500 {
			out.Add(Event{Kind: Fault, Rule: "corrupt.ToClient.1"})
		}
		out.Append(Data, []byte("answer"))
	}
	text := rec.Snapshot().String()
	wantText(t, text, "question 500.", "corrupt.ToClient.1", " events, ")
	if strings.Contains(text, "… 1 event") {
		t.Errorf("a line says that one was left out:\n%s", text)
	}
}

// Of many faults, the first and the last, and how many there were between.
func TestStringElidesManyFaults(t *testing.T) {
	rec := newTestRecorder(0)
	in := rec.Lane(1, FromClient)
	for n := range 10_000 {
		in.Append(Data, []byte("datum"))
		in.Add(Event{Kind: Fault, Rule: fmt.Sprintf("rule %d.", n)})
	}
	text := rec.Snapshot().String()
	wantText(t, text, "rule 0.", "rule 19.", "… 19,", "9,9", " faults, ", "rule 9980.", "rule 9999.")
	if n := strings.Count(text, "\n"); n > 2*MaxLines {
		t.Errorf("%d lines", n)
	}
}

// Of one fault too many, the middle one is left out.
func TestStringElidesOneFault(t *testing.T) {
	rec := newTestRecorder(0)
	in := rec.Lane(1, FromClient)
	for n := range 41 {
		for range 10 {
			in.Append(Data, []byte("datum"))
		}
		in.Add(Event{Kind: Fault, Rule: fmt.Sprintf("rule %d.", n)})
	}
	wantText(t, rec.Snapshot().String(), "rule 0.", "rule 19.", " events, of them 1 fault, ", "rule 21.", "rule 40.")
}

// A record of many connections is bounded, and keeps its faults.
func TestStringOfManyConnections(t *testing.T) {
	rec := benchwork.Records["streams"](2000)
	rec.Add(Event{Conn: 7, Direction: ToClient, Kind: Fault, Offset: 3, Rule: "reset.ToClient.1"})
	more := rec.Lane(3000, FromClient)
	for range 500 {
		more.Append(Data, []byte("x"))
	}
	text := rec.Snapshot().String()
	wantText(t, text, "conn 1 ", "conn 7 ", `"pong 7\n"`, "reset.ToClient.1", "conn 3000")
	if n := strings.Count(text, "\n"); n > MaxLines+MinEnds {
		t.Errorf("%d lines", n)
	}
}

// One is not "1 events".
func TestStringCountsOneInTheSingular(t *testing.T) {
	rec := newTestRecorder(-1)
	in := rec.Lane(1, FromClient)
	in.Append(Data, []byte("x"))
	if text := rec.Snapshot().String(); !strings.HasSuffix(strings.SplitN(text, "\n", 2)[0], ": 1 conn, 1 event") {
		t.Errorf("the head is of several:\n%s", text)
	}
	for range 65 {
		in.Add(Event{Kind: Fault, Rule: "r"})
	}
	rec.Lane(2, ToClient).Append(Data, []byte("four"))
	wantText(t, rec.Snapshot().Canonical().String(), "conn 1 FromClient: 1 byte ", "  fault r at 1\n", "  fault r at 1, 1 time from there on",
		"conn 1 ToClient: 0 bytes ", "conn 2 ToClient: 4 bytes")
	packets := newTestRecorder(0)
	packets.Lane(0, ToClient).Datagram(1, "a:1", 1, []byte("one"))
	wantText(t, packets.Snapshot().Canonical().String(), "peer 1 FromClient: 0 bytes", "peer 1 ToClient: 0 bytes", ", 1 datagram, ended")
	packets.Lane(0, ToClient).Datagram(1, "a:1", 2, []byte("two"))
	wantText(t, packets.Snapshot().Canonical().String(), ", 2 datagrams, ended")
}

func TestStringJoinsWhatWasDiscarded(t *testing.T) {
	rec := newTestRecorder(0)
	in := rec.Lane(1, FromClient)
	in.Append(Data, []byte("GET"))
	for n := range 5488 {
		in.Append(Discarded, []byte(strings.Repeat(fmt.Sprint(n%10), 512)))
	}
	in.Add(Event{Kind: FIN})
	in.Append(Discarded, []byte("one"))
	text := rec.Snapshot().String()
	wantText(t, text, `"GET"`, "\n", `discarded @3 2.8 MB in 5,488 reads "0000`, "… 2,809,760 more", "fin", `discarded @2809859 3 B "one"`)
	if n := strings.Count(text, "\n"); n != 6 {
		t.Errorf("%d lines, want 6:\n%s", n, text)
	}
	if part := rec.Snapshot().Kind(Discarded).String(); !strings.Contains(part, "2.8 MB in 5,489 reads") {
		t.Errorf("a part is\n%s", part)
	}
}

func TestStringOfWhatTheLimitCounted(t *testing.T) {
	rec := newTestRecorder(-1)
	in, out, packets := rec.Lane(1, FromClient), rec.Lane(1, ToClient), rec.Lane(0, FromClient)
	for n := range int64(2000) {
		in.Append(Data, make([]byte, 1500))
		in.Add(Event{Kind: Fault, Rule: "r"})
		out.Append(Data, []byte("x"))
		packets.Datagram(2, "a:2", n+1, []byte("four"))
	}
	packets.Datagram(2, "a:2", 2001, nil)
	text := rec.Snapshot().String()
	wantText(t, text, "1500 B (not kept)", "data      @0 2.0 kB in 2,000 writes (not kept)", "datagram  #1 a:2 8.0 kB in 2,000 datagrams (not kept)",
		"r 1,936 times from there on", "2.9 MB in 1,935 reads (not kept)", `#2001 a:2 0 B ""`)
	if regexp.MustCompile(`[0-9a-f]{16}|sum`).MatchString(text) {
		t.Errorf("there is a checksum:\n%s", text)
	}
}

// A byte's offset comes after an @, and a datagram's number after a #: the kind tells which it is.
func TestStringTellsBytesFromDatagrams(t *testing.T) {
	for _, tt := range []struct {
		e    Event
		want string
	}{
		{Event{Kind: Unread, Offset: 3, Count: 7}, "unread    @3 count 7"},
		{Event{Kind: Unsent, Offset: 3, Count: 7, Text: "timeout"}, "unsent    @3 count 7 timeout"},
		{Event{Kind: FINUnsent, Offset: 3, Text: "not connected"}, "fin-unsent @3 not connected"},
		{Event{Kind: DatagramUnsent, Offset: 3, Peer: "a:1", Text: "too long"}, "datagram-unsent #3 a:1 too long"},
		{Event{Kind: Undelivered, Offset: 3, Count: 7, Peer: "a:1"}, "undelivered #3 a:1 count 7"},
		{Event{Kind: Note, Offset: 3, Count: 7, Peer: "a:1", Rule: "late"}, "note      #3 a:1 late count 7"},
	} {
		tt.e.Conn, tt.e.Direction = 1, ToClient
		if got := tt.e.String(); !strings.HasSuffix(got, "client <-  "+tt.want) {
			t.Errorf("%v: %q, want it to end with %q", tt.e.Kind, got, tt.want)
		}
	}
}

// Each way in which something did not leave takes back what it is about, and no more.
func TestKindTakesBackOnlyItsOwn(t *testing.T) {
	rec := newTestRecorder(0)
	out, packets := rec.Lane(1, ToClient), rec.Lane(0, ToClient)
	out.Append(Data, []byte("abc"))
	out.Add(Event{Kind: FIN})
	packets.Datagram(2, "a:2", 1, []byte("one"))
	rec.Add(Event{Conn: 2, Direction: ToClient, Kind: Undelivered, Offset: 1, Count: 1, Peer: "a:2"}) // its copy
	for _, tt := range []struct {
		takeBack func()
		want     string
	}{
		{func() {}, "abc FIN [one]"},
		{func() { out.UnsendFIN("refused") }, "abc still open [one]"},
		{func() { out.Unsend(1, "refused") }, "ab still open [one]"},
		{func() {
			packets.Datagram(2, "a:2", 2, []byte("two"))
			rec.Add(Event{Conn: 2, Direction: ToClient, Kind: DatagramUnsent, Offset: 2, Peer: "a:2"})
		}, "ab still open [one]"},
	} {
		tt.takeBack()
		tr := rec.Snapshot()
		if got := fmt.Sprintf("%s %v %s", tr.ToClient(), tr.Conn(1).Ending(ToClient), tr.Datagrams(ToClient)); got != tt.want {
			t.Errorf("%s, want %s\n%v", got, tt.want, tr)
		}
	}
}
