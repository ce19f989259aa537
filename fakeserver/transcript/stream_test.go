package transcript_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a handler got of what its client sent, when it had ended.
func TestTranscriptFromClientIsWhatTheHandlerGot(t *testing.T) {
	for _, tt := range []struct {
		why            string
		write          func(rec *record.Recorder, in *record.Lane)
		got, discarded string
	}{
		{"it read all", func(rec *record.Recorder, in *record.Lane) { in.Append(Data, []byte("all")) }, "all", ""},
		{"the rest came too late", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("all"))
			in.Append(Discarded, []byte(" but"))
			in.Append(Discarded, []byte(" this"))
		}, "all", " but this"},
		{"it did not read what was read ahead", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("one "))
			in.Append(Data, []byte("two"))
			rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Unread, Offset: 2, Count: 5})
		}, "on", "e two"},
		{"nor what came after", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("one "))
			in.Append(Discarded, []byte("two"))
			rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Unread, Offset: 3, Count: 1})
		}, "one", " two"},
		{"what stayed in the socket is not in the record", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("all"))
			rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Unread, Offset: 3, Count: 7})
		}, "all", ""},
		{"Close ended it", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("all"))
			rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Unread, Offset: 1, Count: 2, AtClose: true})
		}, "all", ""},
		{"Close ended it, and took what had arrived", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("all"))
			in.CutOff()
			in.Append(Discarded, []byte(" of it"))
		}, "all of it", ""},
		{"Close came long after its end", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("all"))
			in.Append(Discarded, []byte(" but"))
			in.CutOff()
			in.Append(Discarded, []byte(" this"))
		}, "all", " but this"},
		{"it had ended before Close", func(rec *record.Recorder, in *record.Lane) {
			in.Append(Data, []byte("all"))
			in.Append(Discarded, []byte(" but"))
			rec.Add(Event{Conn: 1, Kind: Close})
		}, "all", " but"},
	} {
		rec := newTestRecorder(0)
		tt.write(rec, rec.Lane(1, FromClient))
		other := rec.Lane(2, FromClient)
		other.Append(Data, []byte(";other"))
		other.Append(Discarded, []byte(";late"))
		tr := rec.Snapshot()
		if got := string(tr.FromClient()); got != tt.got+";other" {
			t.Errorf("%s: FromClient = %q, want %q", tt.why, got, tt.got+";other")
		}
		if got := string(tr.Discarded()); got != tt.discarded+";late" {
			t.Errorf("%s: Discarded = %q, want %q", tt.why, got, tt.discarded+";late")
		}
		if got := string(tr.Canonical()[0].Data); got != tt.got+tt.discarded {
			t.Errorf("%s: Canonical has %q, want %q", tt.why, got, tt.got+tt.discarded)
		}
	}
}

// The offsets of a part are those of the whole.
func TestTranscriptFromClientOfAPart(t *testing.T) {
	rec := newTestRecorder(0)
	in := rec.Lane(1, FromClient)
	in.Append(Data, []byte("PING\r\n"))
	mark := rec.Snapshot()
	in.Append(Data, []byte("QUIT\r\n"))
	in.Append(Discarded, []byte("late"))
	rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Unread, Offset: 10, Count: 2})
	rest := rec.Snapshot().After(int64(mark.Len()))
	if got, late := string(rest.FromClient()), string(rest.Discarded()); got != "QUIT" || late != "\r\nlate" {
		t.Errorf("FromClient = %q, Discarded = %q", got, late)
	}
	if got := rest.Conn(1).After(2).Len(); got != 2 {
		t.Errorf("%d events after the second, want 2", got)
	}
	if got := rest.Len() + rec.Snapshot().After(4).Len() + rec.Snapshot().After(99).Len(); got != 3 {
		t.Errorf("%d events, want 3 after the first and none after the last", got)
	}
}
