package record

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Faults are few, and then they are counted.
func TestLimitCountsFaults(t *testing.T) {
	record := func(last int64) transcript.Transcript {
		rec := newTestRecorder(-1)
		in := rec.Lane(1, transcript.FromClient)
		for n := range int64(1000) {
			in.Append(transcript.Data, []byte("abc"))
			in.Add(transcript.Event{Kind: transcript.Fault, Rule: "one", Count: 2})
			if n%10 == 0 {
				in.Add(transcript.Event{Kind: transcript.Fault, Rule: "two"})
			}
		}
		rec.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Fault, Rule: "one", Offset: last})
		return rec.Snapshot()
	}
	tr := record(7)
	faults := tr.Faults()
	if len(faults) != 2*(maxRepeats+1) {
		t.Fatalf("%d faults, want %d of each rule and one that counts the rest", len(faults), maxRepeats)
	}
	times := map[string]int64{}
	for _, e := range faults {
		times[e.Rule] += max(1, e.Times)
	}
	if times["one"] != 1001 || times["two"] != 100 {
		t.Errorf("the faults acted %v times, want 1001 and 100", times)
	}
	if !tr.Canonical().Equal(record(7).Canonical()) || tr.Canonical().Equal(record(8).Canonical()) {
		t.Error("the canonical form does not tell where faults acted that are counted")
	}
}

// What was not delivered takes nothing back: the limit may join what says so, and still counts each
// datagram. Each FIN that the socket refused stands for itself, as the FIN does.
func TestLimitJoinsWhatWasNotDelivered(t *testing.T) {
	rec := newTestRecorder(10)
	out := rec.Lane(1, transcript.ToClient)
	for n := range int64(3 * maxRepeats) {
		rec.Add(transcript.Event{Conn: 2, Direction: transcript.ToClient, Kind: transcript.Undelivered, Offset: 10 * n, Count: 2, Peer: "a:2"})
		out.Add(transcript.Event{Kind: transcript.FIN})
		out.UnsendFIN("refused")
	}
	var sum int64
	events := rec.Snapshot().Kind(transcript.Undelivered)
	for e := range events.All() {
		sum += e.Count
	}
	if events.Len() != maxRepeats+1 || sum != 6*maxRepeats {
		t.Errorf("%d events of %d datagrams, want %d of %d", events.Len(), sum, maxRepeats+1, 6*maxRepeats)
	}
	if n := rec.Snapshot().Kind(transcript.FINUnsent).Len(); n != 3*maxRepeats {
		t.Errorf("%d FINs are taken back, want %d", n, 3*maxRepeats)
	}
	if got := rec.Snapshot().Conn(1).Ending(transcript.ToClient); got != transcript.StillOpen {
		t.Errorf("Ending = %v, want still open", got)
	}
}

// A datagram that the record has, and that the socket refused, is none, however many others
// were refused before.
func TestLimitKnowsWhichDatagramsWereRefused(t *testing.T) {
	rec := newTestRecorder(10)
	out := rec.Lane(0, transcript.ToClient)
	refuse := func(n int64, p string) {
		out.Datagram(1, "a:1", n, []byte(p))
		rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.DatagramUnsent, Offset: n, Peer: "a:1"})
	}
	for n := range int64(3 * maxRepeats) {
		refuse(n+1, "much too long for it")
	}
	refuse(1000, "fits")
	out.Datagram(1, "a:1", 1001, []byte("left"))
	if got := rec.Snapshot().Datagrams(transcript.ToClient); len(got) != 1 || string(got[0]) != "left" {
		t.Errorf("Datagrams = %q, want only what left", got)
	}
}

// Where datagrams are too long to be kept, that the socket refused them is not said of each for
// ever, though one that was kept was among the first.
func TestLimitCountsRefusalsOfWhatItDidNotKeep(t *testing.T) {
	rec := newTestRecorder(10)
	out := rec.Lane(0, transcript.ToClient)
	for n := range int64(4 * maxRepeats) {
		text := "much too long for it"
		if n == 0 {
			text = "fits"
		}
		out.Datagram(1, "a:1", n+1, []byte(text))
		if n > 0 {
			rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.DatagramUnsent, Offset: n + 1, Peer: "a:1"})
		}
	}
	if n := rec.Snapshot().Kind(transcript.DatagramUnsent).Len(); n != maxRepeats+1 {
		t.Errorf("%d events say what was refused, want %d", n, maxRepeats+1)
	}
}

// Events of one kind do not use up those of another, nor one rule's those of another.
func TestLimitCountsEachKindAndRuleApart(t *testing.T) {
	rec := newTestRecorder(-1)
	for _, e := range []transcript.Event{
		{Kind: transcript.Error}, {Kind: transcript.Note}, {Kind: transcript.Fault, Rule: "one"}, {Kind: transcript.Fault, Rule: "two"},
	} {
		for range maxRepeats {
			e.Conn = 1
			rec.Add(e)
		}
	}
	for e := range rec.Snapshot().All() {
		if e.Times != 0 {
			t.Fatalf("event %d stands for %d, want each to stand for itself", e.Seq, e.Times)
		}
	}
}

// Each offset counts, not only the last.
func TestLimitHashesTheOffsetsOfAllFaults(t *testing.T) {
	record := func(odd int64) transcript.Canonical {
		rec := newTestRecorder(-1)
		for n := range int64(maxRepeats + 10) {
			e := transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Rule: "r", Offset: n}
			if n == odd {
				e.Offset = 1000
			}
			rec.Add(e)
		}
		return rec.Snapshot().Canonical()
	}
	for odd := range int64(maxRepeats + 10) {
		if record(odd).Equal(record(-1)) {
			t.Errorf("with fault %d elsewhere, the record is the same", odd)
		}
	}
}

// What events have in common, the one that counts them says; where their words differ, it has none.
func TestLimitKeepsWordsThatAreTheSame(t *testing.T) {
	for last, want := range map[string]string{"down": "down", "up": ""} {
		rec := newTestRecorder(-1)
		for range maxRepeats + 2 {
			rec.Add(transcript.Event{Kind: transcript.Note, Text: "down"})
		}
		rec.Add(transcript.Event{Kind: transcript.Note, Text: last})
		var e transcript.Event
		for e = range rec.Snapshot().All() {
		}
		if e.Times != 3 || e.Text != want {
			t.Errorf("after %q, the event that counts 3 is %v, want the words %q", last, e, want)
		}
	}
}
