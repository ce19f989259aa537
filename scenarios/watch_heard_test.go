package scenarios

import (
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// sentOn makes a record of what clients sent, in turn: each text is that of a connection.
func sentOn(all ...struct {
	Conn int
	Text string
}) transcript.Transcript {
	r := transcripttest.New(transcript.Header{}, 0)
	for _, sent := range all {
		r.Add(transcript.Event{Conn: sent.Conn, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte(sent.Text)})
	}
	return r.Transcript()
}

type sent = struct {
	Conn int
	Text string
}

func TestHeardAllWantsEachLineOnWhateverConnection(t *testing.T) {
	lines := textLines(7, 3, 10)
	f := NetworkLogger{}.framing()
	all := []sent{{1, lines[2] + "\n"}, {2, lines[0] + "\n"}, {1, lines[1] + "\n"}}
	if !f.heardAll(sentOn(all...), lines) {
		t.Error("not all were heard")
	}
	if f.heardAll(sentOn(all[:2]...), lines) || f.heardAll(sentOn(all[0], all[1], all[1]), lines) {
		t.Error("all were heard, and one was not there")
	}
}

func TestReceivedInTimeHasTheOrderInWhichLinesEnded(t *testing.T) {
	record := sentOn(sent{1, "a\nb"}, sent{2, "c\n"}, sent{1, "b\nrest"}, sent{2, "d\n"})
	f := NetworkLogger{}.framing()
	if got, want := f.receivedInTime(record), []string{"a", "c", "bb", "rest", "d"}; !slices.Equal(got, want) {
		t.Errorf("receivedInTime = %q, want %q", got, want)
	}
}

func TestSpellingIsUndone(t *testing.T) {
	f := NetworkLogger{Plain: true}.framing()
	line := textLines(7, 1, 10)[0]
	spelled := f.spell(line)
	if want := "line.00007.abcdefghij.end.00007"; spelled != want {
		t.Errorf("spell = %q, want %q", spelled, want)
	}
	for _, c := range []struct{ Why, Got, Want string }{
		{"with what a logger adds", "host.app." + spelled + ".x", "host.app." + line + ".x"},
		{"cut off", spelled[:15], line[:15]},
		{"two of them", spelled + spelled, line + line},
		{"something else", "a.line.b.end.c", "a.line.b.end.c"},
	} {
		if got := f.read(c.Got); got != c.Want {
			t.Errorf("%s: read(%q) = %q, want %q", c.Why, c.Got, got, c.Want)
		}
	}
	if !f.heard(sentOn(sent{1, spelled}), line) || f.heard(sentOn(sent{1, line}), line) {
		t.Error("a line is heard as it is spelled")
	}
}
