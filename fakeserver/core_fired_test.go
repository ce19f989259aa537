package fakeserver

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Note takes back what the record has, and nothing that was before the mark.
func TestFiredInTakesBackWhatDidNotAct(t *testing.T) {
	rec := record.New(transcript.Header{Network: "udp"}, 0)
	var mark transcript.Mark
	add := func(k transcript.Kind, conn int, number, count int64) {
		e := transcript.Event{Conn: conn, Direction: transcript.ToClient, Kind: k, Offset: number, Count: count, Rule: "late", Peer: "127.0.0.1:5"}
		if k == transcript.Note {
			e.Text = didNotAct + "closed"
		}
		rec.Add(e)
	}
	want := func(want int64, why string) {
		t.Helper()
		if got := firedIn(rec.Snapshot().Since(mark), "late", nil); got != want {
			t.Errorf("%s: %d, want %d\n%v", why, got, want, rec.Snapshot())
		}
	}
	add(transcript.Fault, 1, 1, 0)
	add(transcript.Fault, 1, 2, 0)
	want(2, "in all")
	mark = rec.Mark()
	want(0, "since the mark")
	for number := int64(3); number <= 5; number++ {
		add(transcript.Fault, 1, number, 0)
	}
	want(3, "since then")
	add(transcript.Note, 1, 2, 2) // of 2, which was before the mark, and 3
	want(2, "of which one did not act")
	add(transcript.Note, 2, 7, 1)
	want(2, "another peer's was before the mark")
	rec.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Fault, Offset: 1, Rule: "late", Peer: "127.0.0.1:5"})
	want(3, "the other direction counts, too")
	rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: 9, Rule: "other", Peer: "127.0.0.1:5"})
	rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Note, Offset: 4, Rule: "late", Text: "up: taking connections"})
	want(3, "neither another rule nor another Note")
	add(transcript.Note, 1, 4, 2)
	want(1, "and two more did not act")
	others := []transcript.Event{{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Note, Offset: 1, Count: 1, Rule: "late", Peer: "127.0.0.1:5", Text: didNotAct}}
	if got := firedIn(rec.Snapshot().Since(mark), "late", others); got != 0 {
		t.Errorf("with what is still to come: %d, want 0", got)
	}
}

// On a stream a Note is about the last act, and stands where the bytes ended that did leave.
func TestFiredInTakesBackTheLastActOnAStream(t *testing.T) {
	rec := record.New(transcript.Header{Network: "tcp"}, 0)
	for _, offset := range []int64{5, 9} {
		rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: offset, Rule: "late"})
	}
	rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Note, Offset: 3, Rule: "late", Text: didNotAct + "unsent"})
	if got := firedIn(rec.Snapshot(), "late", nil); got != 1 {
		t.Errorf("%d, want 1", got)
	}
	if got := firedIn(rec.Snapshot().After(2), "late", nil); got != 0 {
		t.Errorf("after both: %d, want 0", got)
	}
}
