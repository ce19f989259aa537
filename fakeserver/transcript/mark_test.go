package transcript_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// What came before a mark is not there, and what came since has its numbers.
func TestSinceHasOnlyWhatCameAfterTheMark(t *testing.T) {
	rec := sample()
	before := rec.Snapshot()
	mark := rec.Mark()
	if tr := rec.Snapshot().Since(mark); tr.Len() != 0 || tr.Conns() != 0 || tr.FromClient() != nil || tr.Canonical() != nil {
		t.Errorf("nothing came, and there is %v", tr)
	}

	rec.Add(Event{Conn: 3, Kind: Accept, Peer: "127.0.0.1:7"})
	rec.Lane(3, FromClient).Append(Data, []byte("new\nline"))
	rec.Lane(3, ToClient).Append(Data, []byte("answer"))
	rec.Lane(3, ToClient).Add(Event{Kind: Fault, Rule: "late"})
	tr := rec.Snapshot().Since(mark)
	for what, got := range map[string]string{
		"clients sent":            string(tr.FromClient()),
		"conn 3 sent":             string(tr.Conn(3).FromClient()),
		"conn 3 sent, asked last": string(rec.Snapshot().Conn(3).Since(mark).FromClient()),
		"the lines are":           strings.Join(tr.Lines(), "\n"),
	} {
		if got != "new\nline" {
			t.Errorf("%s %q", what, got)
		}
	}
	if got := string(tr.ToClient()); got != "answer" {
		t.Errorf("clients got %q", got)
	}
	if got := tr.Conn(1); got.Len() != 0 || tr.Conns() != 3 || tr.Kind(Accept).Len() != 1 || len(tr.Faults()) != 1 {
		t.Errorf("%d conns, conn 1 has %v\n%v", tr.Conns(), got, tr)
	}
	if got := tr.Canonical(); len(got) != 2 || got[0].Conn != 3 || string(got[0].Data) != "new\nline" {
		t.Errorf("the canonical form is\n%v", got)
	}
	for e := range tr.All() {
		if e.Seq <= int64(before.Len()) {
			t.Errorf("%v came before", e)
		}
	}
	if got, want := tr.String(), "transcript of test (tcp 127.0.0.1:1) after event 10: 1 conn, 4 events\n"; !strings.HasPrefix(got, want) {
		t.Errorf("String begins with %.80q, want %q", got, want)
	}
}

func TestMarkIsAtTheEndOfTheSnapshot(t *testing.T) {
	rec := sample()
	tr := rec.Snapshot()
	last := rec.Mark()
	rec.Lane(2, ToClient).Append(Data, []byte("late"))
	for what, m := range map[string]Mark{
		"the snapshot": tr.Mark(), "a part": tr.Conn(1).Mark(), "a part without events": tr.Conn(9).Mark(),
		"a part of another": tr.Conn(1).Conn(2).Mark(), "a kind": tr.Kind(Accept).Mark(), "what came since a mark": tr.Since(tr.Mark()).Mark(),
	} {
		if m != last {
			t.Errorf("the mark of %s is %v, want %v", what, m, last)
		}
	}
	now := rec.Snapshot()
	if got := string(now.Since(last).ToClient()); got != "late" {
		t.Errorf("since %v clients got %q", last, got)
	}
	if got := now.Since(last).Since(Mark{}).Len(); got != 1 {
		t.Errorf("%d events since the beginning of what came since the mark, want 1", got)
	}
	if got := now.Since(last).Since(Mark{}).String(); !strings.Contains(got, "after event 10") {
		t.Errorf("what came since both is a\n%s", got)
	}
	if now.Since(Mark{}).Len() != now.Len() || (Mark{}).String() != "the beginning" || last.String() != "event 10" {
		t.Errorf("%v is not the beginning, or %v not event 10", Mark{}, last)
	}
}

// A mark of another record would silently hide what is asked for, or show too much.
func TestSinceRefusesAMarkOfAnotherRecord(t *testing.T) {
	other := record.New(Header{Name: "other", Network: "tcp", Address: "127.0.0.1:2"}, 0)
	tr := sample().Snapshot()
	if other.Mark().IsOf(tr) || !(Mark{}).IsOf(tr) || !tr.Mark().IsOf(tr.Conn(1)) {
		t.Error("IsOf does not tell marks apart")
	}
	if twin := record.New(tr.Header(), 0); twin.Snapshot().Header() != tr.Header() || twin.Mark().IsOf(tr) || tr.Mark().IsOf(twin.Snapshot()) {
		t.Error("two records have one header, as on two networks in memory they may, and a mark is of both")
	}
	defer func() {
		if p, _ := recover().(string); !strings.Contains(p, "one of another record: of other (tcp 127.0.0.1:2), and not of test (tcp 127.0.0.1:1)") {
			t.Errorf("panic %q", p)
		}
	}()
	tr.Since(other.Mark())
}

// An ending before the mark is not one since, whatever the server did to the socket afterwards.
func TestEndingSinceAMark(t *testing.T) {
	fin := func(l *record.Lane) { l.Add(Event{Kind: FIN}) }
	for _, tt := range []struct {
		why           string
		before, since func(rec *record.Recorder, in, out *record.Lane)
		from, to      Ending
	}{
		{"the server closes after a FIN that was before", func(_ *record.Recorder, in, _ *record.Lane) { fin(in) },
			func(rec *record.Recorder, _, out *record.Lane) { fin(out); rec.Add(Event{Conn: 1, Kind: Close}) }, StillOpen, ByFIN},
		{"an RST that was before ended both", func(_ *record.Recorder, _, out *record.Lane) { out.Add(Event{Kind: RST}) },
			func(rec *record.Recorder, _, _ *record.Lane) { rec.Add(Event{Conn: 1, Kind: Close}) }, StillOpen, StillOpen},
		{"an RST ends the direction that had not ended", func(_ *record.Recorder, in, _ *record.Lane) { fin(in) },
			func(_ *record.Recorder, _, out *record.Lane) { out.Add(Event{Kind: RST}) }, StillOpen, ByRST},
		{"a FIN that was before is taken back", func(_ *record.Recorder, in, out *record.Lane) { fin(in); fin(out) },
			func(_ *record.Recorder, _, out *record.Lane) { out.UnsendFIN("not connected") }, StillOpen, StillOpen},
		{"and then sent again", func(_ *record.Recorder, _, out *record.Lane) { fin(out) },
			func(_ *record.Recorder, _, out *record.Lane) { out.UnsendFIN("not connected"); fin(out) }, StillOpen, ByFIN},
	} {
		rec := newTestRecorder(0)
		in, out := rec.Lane(1, FromClient), rec.Lane(1, ToClient)
		tt.before(rec, in, out)
		mark := rec.Mark()
		tt.since(rec, in, out)
		for _, tr := range []Transcript{rec.Snapshot().Since(mark), rec.Snapshot().Since(mark).Conn(1), rec.Snapshot().Conn(1).Since(mark)} {
			if from, to := tr.Ending(FromClient), tr.Ending(ToClient); from != tt.from || to != tt.to {
				t.Errorf("%s: ended by %v and %v, want %v and %v", tt.why, from, to, tt.from, tt.to)
			}
		}
	}
}

// What is taken back after the mark, but came before it, takes nothing of what came since.
func TestSinceKeepsWhatIsNotTakenBack(t *testing.T) {
	rec := newTestRecorder(0)
	in, out := rec.Lane(1, FromClient), rec.Lane(1, ToClient)
	in.Append(Data, []byte("old"))
	out.Append(Data, []byte("old"))
	datagrams := rec.Lane(0, ToClient)
	datagrams.Datagram(2, "a:1", 1, []byte("old"))
	mark := rec.Mark()
	out.Unsend(2, "timeout")
	out.Append(Data, []byte("new"))
	rec.Add(Event{Conn: 2, Direction: ToClient, Kind: DatagramUnsent, Offset: 1, Peer: "a:1"})
	datagrams.Datagram(2, "a:1", 2, []byte("new"))
	in.Append(Data, []byte("read ahead"))
	rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Unread, Offset: 1, Count: 12}) // of "old", too

	tr := rec.Snapshot().Since(mark)
	if got := string(tr.ToClient()); got != "new" {
		t.Errorf("clients got %q, want new", got)
	}
	if got := tr.Datagrams(ToClient); len(got) != 1 || string(got[0]) != "new" {
		t.Errorf("the datagrams are %q, want new", got)
	}
	if got := string(tr.FromClient()); got != "" || string(tr.Discarded()) != "read ahead" {
		t.Errorf("received %q, discarded %q", got, tr.Discarded())
	}
	if got := tr.Canonical()[1]; string(got.Data) != "new" || got.Omitted != 0 {
		t.Errorf("the canonical form has %q", got.Data)
	}
}

// An event that counts ends at a mark.
func TestMarkEndsWhatCounts(t *testing.T) {
	rec := newTestRecorder(-1)
	in, datagrams := rec.Lane(1, FromClient), rec.Lane(0, FromClient)
	write := func(n int) {
		for range n {
			in.Append(Data, []byte("four"))
			datagrams.Datagram(2, "a:1", 1, nil)
			rec.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Rule: "cut", Offset: 1})
		}
	}
	write(100) // of faults, the first 64 stand for themselves
	mark := rec.Mark()
	write(3)
	tr := rec.Snapshot().Since(mark)
	if got := tr.Omitted(FromClient); got != 12 {
		t.Errorf("%d bytes since the mark, want 12", got)
	}
	if got := len(tr.Datagrams(FromClient)); got != 3 {
		t.Errorf("%d empty datagrams since the mark, want 3", got)
	}
	if got := tr.Faults(); len(got) != 1 || got[0].Times != 3 {
		t.Errorf("since the mark the rule acted %v, want 3 times", got)
	}
	if got := rec.Snapshot().Omitted(FromClient); got != 412 {
		t.Errorf("%d bytes in all, want 412", got)
	}
}

// So does one to which pieces of a stream are added.
func TestMarkEndsWhatIsInVeryManyPieces(t *testing.T) {
	rec := newTestRecorder(0)
	out := rec.Lane(1, ToClient)
	const pieces = 1<<16 + 10
	all := out.Stash(append(bytes.Repeat([]byte("x"), pieces), "yz"...))
	record := func(from, to int) {
		for ; from < to; from++ {
			out.Record(all[from : from+1])
		}
	}
	record(0, pieces)
	mark := rec.Mark()
	record(pieces, len(all))
	tr := rec.Snapshot()
	if got := string(tr.Since(mark).ToClient()); got != "yz" || !bytes.Equal(tr.ToClient(), all) || tr.Len() >= pieces {
		t.Errorf("since the mark %q, of %d events", got, tr.Len())
	}
}

func TestReceivedAndSent(t *testing.T) {
	rec := sample()
	in, out := rec.Lane(0, FromClient), rec.Lane(0, ToClient)
	in.Datagram(3, "a:1", 1, []byte("QUERY 1"))
	in.Datagram(3, "a:1", 2, []byte("QUERY 2"))
	out.Datagram(4, "a:2", 1, []byte{})
	tr := rec.Snapshot()
	for text, want := range map[string][]int{
		"PING\r\nhal": {1}, "hal": {1}, "three": {2}, "half": nil, "haltwo": nil, "PONG": nil,
		"QUERY": {3}, "1QUERY": nil, "": {1, 2, 3},
	} {
		if got := tr.Received(text); got != (want != nil) {
			t.Errorf("Received(%q) = %v", text, got)
		}
		for n := 1; n <= tr.Conns(); n++ {
			if got := tr.Conn(n).Received(text); got != slices.Contains(want, n) {
				t.Errorf("Conn(%d).Received(%q) = %v", n, text, got)
			}
		}
	}
	if !tr.Sent("PONG") || tr.Sent("PING") || !tr.Conn(4).Sent("") || tr.Conn(2).Sent("") || (Transcript{}).Received("") {
		t.Error("Sent is not about what left for clients")
	}
}
