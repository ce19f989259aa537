package transcript_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// exchange returns the record of one connection that carried this, and then of some events.
func exchange(in, out string, more ...Event) Transcript {
	rec := newTestRecorder(0)
	rec.Add(Event{Conn: 1, Kind: Accept})
	rec.Lane(1, FromClient).Append(Data, []byte(in))
	rec.Lane(1, ToClient).Append(Data, []byte(out))
	for _, e := range more {
		rec.Add(e)
	}
	return rec.Snapshot()
}

// datagrams returns the record of one peer that sent these.
func datagramsOf(payloads ...string) Transcript {
	rec := newTestRecorder(0)
	in := rec.Lane(1, FromClient)
	for i, p := range payloads {
		in.Datagram(1, "a:1", int64(i)+1, []byte(p))
	}
	return rec.Snapshot()
}

// limited returns the record of one connection that sent text, of which so much was kept.
func limited(limit int64, text string) Transcript {
	rec := newTestRecorder(limit)
	rec.Lane(1, FromClient).Append(Data, []byte(text))
	return rec.Snapshot()
}

func acted(rule string, offset int64) Event {
	return Event{Conn: 1, Direction: ToClient, Kind: Fault, Offset: offset, Rule: rule}
}

var (
	long   = strings.Repeat("0123456789", 1000)
	binary = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	digits = Ignore{Pattern: regexp.MustCompile(`\d+`)}
)

func TestDiffCallsTheTwoByTheirNames(t *testing.T) {
	got := Comparison{A: "want", B: "run.jsonl"}.Diff(exchange("PING", ""), exchange("PONG", "", acted("cut", 3)))
	want := `conn 1 FromClient differs at byte 1, and from byte 2 on it is the same:
    want       @0  "PING"
    run.jsonl  @0  "PONG"
                     ^
conn 1 ToClient: only run.jsonl has the fault cut at 3
`
	if got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

// However much differs, a person can read the text, and hears how much more there is.
func TestDiffIsBounded(t *testing.T) {
	a, b := newTestRecorder(0), newTestRecorder(0)
	for n := 1; n <= 1000; n++ {
		a.Lane(n, FromClient).Append(Data, []byte(strings.Repeat("\x00", 10_000)))
		b.Lane(n, FromClient).Append(Data, []byte(strings.Repeat("\x01", 10_000)))
	}
	text := Diff(a.Snapshot(), b.Snapshot())
	if len(text) > 10_000 || !strings.HasSuffix(text, "\n… and 990 more differences\n") {
		t.Errorf("%d bytes of text, which ends with %q", len(text), text[max(0, len(text)-100):])
	}
	for c, n := range map[string]int{"\n": 10*4 + 1, "conn ": 10} {
		if got := strings.Count(text, c); got != n {
			t.Errorf("it has %q %d times, want %d", c, got, n)
		}
	}
}

// Where a search for the first difference goes on, and where it stops.
func TestDifferencesHaveTheirSpots(t *testing.T) {
	a := exchange("abc", "id 1;xy", acted("cut", 6), Event{Conn: 2, Kind: Accept})
	b := exchange("aXc", "id 23;x", acted("cut", 7), acted("odd", 3), Event{Conn: 1, Direction: ToClient, Kind: RST})
	var got []Difference
	for d := range (Comparison{Ignore: []Ignore{digits}}).Differences(a, b) {
		got = append(got, d)
	}
	want := []Difference{
		{Aspect: InBytes, Conn: 1, Direction: FromClient, A: Spot{Offset: 1}, B: Spot{Offset: 1}},
		{Aspect: InEndings, Conn: 1, Direction: FromClient, A: Spot{Offset: 3}, B: Spot{Offset: 3}},
		{Aspect: InBytes, Conn: 1, Direction: ToClient, A: Spot{Offset: 6}, B: Spot{Offset: 7, Absent: true}},
		{Aspect: InFaults, Conn: 1, Direction: ToClient, A: Spot{Offset: 7, Absent: true}, B: Spot{Offset: 3}},
		{Aspect: InEndings, Conn: 1, Direction: ToClient, A: Spot{Offset: 7}, B: Spot{Offset: 7}},
		{Aspect: InConns, Conn: 2, B: Spot{Absent: true}},
	}
	same := func(x, y Difference) bool {
		return x.Aspect == y.Aspect && x.Conn == y.Conn && x.Direction == y.Direction && x.A == y.A && x.B == y.B
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("they are\n%+v, want\n%+v", got, want)
	}
	for stop := range want { // to stop after any of them is no call too many
		n := 0
		for range (Comparison{Ignore: []Ignore{digits}}).Differences(a, b) {
			if n++; n > stop {
				break
			}
		}
	}
}

// A datagram has its number in the record, also where the socket refused one before it.
func TestDifferencesOfDatagramsHaveTheirNumbers(t *testing.T) {
	record := func(third string) Transcript {
		rec := newTestRecorder(0)
		out := rec.Lane(1, ToClient)
		out.Datagram(1, "a:1", 1, []byte("one"))
		out.Datagram(1, "a:1", 2, []byte("refused"))
		rec.Add(Event{Conn: 1, Direction: ToClient, Kind: DatagramUnsent, Offset: 2, Peer: "a:1"})
		out.Datagram(1, "a:1", 3, []byte(third))
		return rec.Snapshot()
	}
	for d := range (Comparison{}).Differences(record("three"), record("thRee")) {
		if want := (Spot{Offset: 3, Byte: 2}); d.A != want || d.B != want {
			t.Errorf("the spots are %v and %v, want %v", d.A, d.B, want)
		}
	}
	if Diff(record("three"), record("thRee")) == "" {
		t.Error("nothing differs")
	}
}

// Of the second part of a record, offsets are those of the whole.
func TestDiffOfAPartHasTheOffsetsOfTheRecord(t *testing.T) {
	part := func(text string) Transcript {
		rec := newTestRecorder(0)
		in := rec.Lane(1, FromClient)
		in.Append(Data, []byte("before"))
		mark := rec.Snapshot().Mark()
		in.Append(Data, []byte(text))
		return rec.Snapshot().Since(mark)
	}
	text := Diff(part("abc"), part("abd"))
	wantText(t, text, "at byte 8, of 3 bytes", "@6")
	if got := Diff(part("abc"), part("abd"), Ignore{From: 8, To: 9}); got != "" {
		t.Errorf("byte 8 is ignored:\n%s", got)
	}
	if got := Diff(part("abc"), part("abd"), Ignore{From: 0, To: 3}); got != text {
		t.Errorf("what comes before it is ignored:\n%s\nwant\n%s", got, text)
	}
}

// Where one record lacks datagrams, its spot is the one that comes in their place, or would.
func TestDifferencesOfDatagramsThatOneLacks(t *testing.T) {
	all := datagramsOf("one", "two", "three", "four")
	for why, tt := range map[string]struct {
		b    Transcript
		want [2]Spot
	}{
		"in the middle": {datagramsOf("one", "four"), [2]Spot{{Offset: 2}, {Offset: 2, Absent: true}}},
		"at the end":    {datagramsOf("one", "two", "three"), [2]Spot{{Offset: 4}, {Offset: 4, Absent: true}}},
		"all":           {datagramsOf().Conn(1), [2]Spot{{}, {Absent: true}}}, // the peer, too
	} {
		var got []Difference
		for d := range (Comparison{}).Differences(all, tt.b) {
			got = append(got, d)
		}
		if len(got) != 1 || got[0].A != tt.want[0] || got[0].B != tt.want[1] {
			t.Errorf("%s: the differences are %+v, want %+v", why, got, tt.want)
		}
	}
}
