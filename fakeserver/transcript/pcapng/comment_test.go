package pcapng_test

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// The section says where the recording is from, and what became of each rule.
func TestWriteTellsTheOrigin(t *testing.T) {
	report, err := fault.Report{Rules: []fault.Outcome{
		{Key: "cut", Rule: fault.ToClient(fault.Reset{}).Named("cut"), State: fault.Fired, Count: 1, Conn: 1, Offset: 3},
		{Key: "late", Rule: fault.ToClient(fault.Reset{}).Named("late")},
	}}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	rec := recorded(t, tcp, 0, func(r *record.Recorder) { r.Add(accepted(1, "")) })
	wantComments(t, write(t, rec).section, "srv (tcp 10.0.0.1:80)", "what became of the rules is not told")
	rec.Origin = transcript.Origin{Test: "TestX", Rerun: "go test -run '^TestX$'", Seed: 7, Plan: []byte(`{"rules":[1]}`)}
	rec.Changes = []transcript.Change{{After: 5, Plan: []byte(`{"rules":[2]}`)}}
	rec.Report = report
	wantComments(t, write(t, rec).section, "test: TestX", "run it again: go test -run '^TestX$'", "seed: 0x7", `plan: {"rules":[1]}`, `plan after event 5: {"rules":[2]}`,
		"rule cut: fired once, on conn 1 at byte 3", "rule late: not reached")
	rec.Report = []byte(`{"no":"report"}`)
	wantComments(t, write(t, rec).section, `can't be read`, `{"no":"report"}`)
	rec.Report = []byte(`{}`)
	if !strings.Contains(strings.Join(write(t, rec).section, "\n"), "rules") {
		t.Error("nothing is said of the rules")
	}
}

// Events that are no packets are on the packets of their connection, or on any if they are of none.
func TestWriteEventsThatAreNoPackets(t *testing.T) {
	note := func(n int, text string) transcript.Event {
		return transcript.Event{Conn: n, Kind: transcript.Note, Text: text}
	}
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(note(0, "the server begins"))
		r.Add(note(3, "a connection without packets"))
		r.Add(accepted(1, "10.0.0.2:5000")) // frame 0
		r.Add(note(1, "before its data"))
		r.Add(accepted(2, "10.0.0.2:5001")) // frame 3
		r.Add(note(2, "after all of its own"))
		r.Add(note(0, "in the middle"))
		r.Lane(1, in).Append(transcript.Data, []byte("x")) // frame 6
		r.Add(note(1, "its end"))
		r.Add(note(0, "the server ends"))
	})
	f := write(t, rec)
	for i, want := range map[int][]string{
		0: {"the server begins", "a connection without packets", "accept"},
		3: {"accept", "after all of its own"},
		6: {"in the middle", "before its data", "data @0", "its end", "the server ends"},
	} {
		got := f.frames[i].comments
		for j := range max(len(want), len(got)) {
			if j >= len(got) || j >= len(want) || !strings.Contains(got[j], want[j]) {
				t.Errorf("packet %d has the comments %q, want %q", i, got, want)
				break
			}
		}
	}
	rec = recorded(t, tcp, 0, func(r *record.Recorder) { r.Add(transcript.Event{Kind: transcript.Refused, Text: "down"}) })
	f = write(t, rec)
	wantComments(t, f.section, "refused   down")
	if len(f.frames) != 0 {
		t.Errorf("%d packets, want none", len(f.frames))
	}
}

// A comment that is too long for one is several; and where there are too many for a block, it is said how many.
func TestWriteLongComments(t *testing.T) {
	long := strings.Repeat("é\x00", 50_000) + "END"
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: long})
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: "after it"})
	})
	f := write(t, rec)
	var joined strings.Builder
	for _, c := range f.frames[0].comments {
		joined.WriteString(strings.TrimPrefix(c, "(continued) "))
	}
	if n := len(f.frames[0].comments); n < 4 || !strings.Contains(joined.String(), strings.ReplaceAll(long, "\x00", `\x00`)) {
		t.Errorf("%d comments, and not all of the text is in them", n)
	}
	wantComments(t, f.frames[0].comments, "after it")

	rec = recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		for range 20_000 {
			r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: strings.Repeat("x", 50)})
		}
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: strings.Repeat("x", 2<<20)})
	})
	f = write(t, rec)
	wantComments(t, f.frames[0].comments, "more events up to event 20002, for which there is no room here")

	rec.Origin.Plan = []byte(strings.Repeat("p", 2<<20))
	rec.Origin.Test = "TestX"
	wantComments(t, write(t, rec).section, "bytes more: the recording has them", "test: TestX")
}
