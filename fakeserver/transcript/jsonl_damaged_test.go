package transcript_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

const head = `{"fakewire":1,"network":"tcp"}` + "\n"

// What is damaged is an error that names the line and what is wrong there, and what came before is kept.
func TestRecordingThatIsDamaged(t *testing.T) {
	event := func(n int64) string { return fmt.Sprintf(`{"seq":%d,"at":0,"conn":1,"kind":"accept"}`, n) + "\n" }
	for _, test := range []struct {
		file string
		is   error
		want string
		kept int
	}{
		{"", transcript.ErrFormat, "it is empty", 0},
		{"hello\n", transcript.ErrFormat, "line 1: not a recording: it is not a JSON object", 0},
		{"[1]\n", transcript.ErrFormat, "it is not a JSON object", 0},
		{`{"a":1}` + "\n", transcript.ErrFormat, `a recording begins with {"fakewire":1`, 0},
		{`{"fakewire":2}` + "\n", transcript.ErrFormat, "line 1: not a recording: its version is 2", 0},
		{`{"fakewire":1,"speed":3}` + "\n", transcript.ErrFormat, "line 1: not a recording: speed: unknown field", 0},
		{`{"fakewire":1,"start":"today"}` + "\n", transcript.ErrFormat, "start: want a time", 0},
		{`{"fakewire":1,"plan":7}` + "\n", transcript.ErrFormat, "plan: want an object, got 7", 0},
		{`{"fakewire":1,"seed":-1}` + "\n", transcript.ErrFormat, "seed: want a number from 0 to 2^64-1", 0},
		{`{"fakewire":1`, transcript.ErrCutOff, "cut off in line 1", 0},
		{head, transcript.ErrCutOff, "cut off after line 1", 0},
		{head + event(1) + event(2)[:9], transcript.ErrCutOff, "cut off in line 3", 1},
		{head + event(1) + event(2), transcript.ErrCutOff, "cut off after line 3", 2},
		{head + event(2) + event(2), transcript.ErrFormat, "line 3: not a recording: seq: 2 comes after 2", 1},
		{head + event(0), transcript.ErrFormat, "seq: 0 comes after 0", 0},
		{head + event(math.MaxInt32+1), transcript.ErrFormat, "seq: want a number from 0 to", 0},
		{head + "{\n", transcript.ErrCutOff, "cut off in line 2", 0},
		{head + event(1) + event(2)[:9] + "\n", transcript.ErrCutOff, "cut off in line 3", 1},
		{head + "{\n" + event(1), transcript.ErrFormat, "line 2: not a recording: the JSON ends in its middle", 0},
		{head + `{"seq":1,}` + "\n", transcript.ErrFormat, "broken JSON", 0},
		{head + `{"seq":1,"at":0,"kind":"acept"}` + "\n", transcript.ErrFormat, `kind: want one of accept, data,`, 0},
		{head + `{"seq":1,"at":0}` + "\n", transcript.ErrFormat, "kind: missing", 0},
		{head + `{"seq":1,"at":1.0000000001,"kind":"note"}` + "\n", transcript.ErrFormat, "at: want seconds", 0},
		{head + `{"seq":1,"at":-1,"kind":"note"}` + "\n", transcript.ErrFormat, "at: want seconds", 0},
		{head + `{"seq":1,"at":1e3,"kind":"note"}` + "\n", transcript.ErrFormat, "at: want seconds", 0},
		{head + `{"seq":1,"at":0,"kind":"note","direction":"up"}` + "\n", transcript.ErrFormat, "direction: want one of from-client, to-client", 0},
		{head + `{"seq":1,"at":0,"kind":"note","conn":-1}` + "\n", transcript.ErrFormat, "conn: want a number from 0", 0},
		{head + `{"seq":1,"at":0,"kind":"note","colour":1}` + "\n", transcript.ErrFormat, "colour: unknown field", 0},
		{head + `{"seq":1,"at":0,"kind":"note","Conn":1}` + "\n", transcript.ErrFormat, "Conn: unknown field", 0},
		{head + `{"seq":1,"seq":2,"at":0,"kind":"note"}` + "\n", transcript.ErrFormat, "seq: given twice", 0},
		{head + `{"seq":1,"at":0,"kind":"data","data":"a","dataBase64":"YQ=="}` + "\n", transcript.ErrFormat, "given twice", 0},
		{head + `{"seq":1,"at":0,"kind":"data","dataBase64":"YQ"}` + "\n", transcript.ErrFormat, "dataBase64: want a text in base64", 0},
		{head + `{"seq":1,"at":0,"kind":"data","data":7}` + "\n", transcript.ErrFormat, "data: want a text", 0},
		{head + `{"seq":1,"at":0,"kind":"data","data":"\ud800"}` + "\n", transcript.ErrFormat, "data: want whole characters", 0},
		{head + `{"seq":1,"at":0,"kind":"data","data":"` + "\xff" + `"}` + "\n", transcript.ErrFormat, "it is not UTF-8", 0},
		{head + `{"seq":1,"at":0,"kind":"note","atClose":false}` + "\n", transcript.ErrFormat, "atClose: want true", 0},
		{head + `{"seq":1,"at":0,"kind":"datagram","data":"","times":99000000}` + "\n", transcript.ErrFormat, "times: 99000000 datagrams are more", 0},
		{head + `{"after":1}` + "\n", transcript.ErrFormat, "plan: missing", 0},
		{head + event(3) + `{"after":1,"plan":{}}` + "\n", transcript.ErrFormat, "after: 1 comes after 3", 1},
		{head + `{"more":1}` + "\n", transcript.ErrFormat, "want an event", 0},
		{head + event(1) + `{"events":2}` + "\n", transcript.ErrFormat, "events: 2 were written, and 1 are there", 1},
		{head + `{"events":0}` + "\n{}\n", transcript.ErrFormat, "there is more after the end", 0},
		{head + `{"events":0} {}` + "\n", transcript.ErrFormat, "after the object comes", 0},
	} {
		r, err := transcript.Read(strings.NewReader(test.file))
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) || r.Transcript.Len() != test.kept {
			t.Errorf("Read(%q) = %d events, %v; want %d, and %v with %q", test.file, r.Transcript.Len(), err, test.kept, test.is, test.want)
		}
		if errors.Is(err, transcript.ErrFormat) == errors.Is(err, transcript.ErrCutOff) {
			t.Errorf("Read(%q) = %v is both damaged and cut off, or neither", test.file, err)
		}
	}
}

// A file can be cut off anywhere: what is before is kept.
func TestRecordingCutOffAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := saved(t, drawnRecording().Draw(t, "recording"))
		n := rapid.IntRange(1, len(file)-1).Draw(t, "cut")
		r, err := transcript.Read(strings.NewReader(file[:n]))
		lines := 0 // that are events
		for _, line := range strings.SplitAfter(file[:n], "\n") {
			if strings.HasPrefix(line, `{"seq"`) && strings.HasSuffix(line, "\n") {
				lines++
			}
		}
		if !errors.Is(err, transcript.ErrCutOff) || r.Transcript.Len() != lines {
			t.Fatalf("%q gave %d events, %v; want %d", file[:n], r.Transcript.Len(), err, lines)
		}
	})
}

// The error of what is read from is told, with what came before.
func TestRecordingThatCannotBeRead(t *testing.T) {
	in := io.MultiReader(strings.NewReader(head+`{"seq":1,"at":0,"kind":"note"}`+"\n"), iotest.ErrReader(io.ErrClosedPipe))
	r, err := transcript.Read(in)
	if !errors.Is(err, io.ErrClosedPipe) || r.Transcript.Len() != 1 {
		t.Errorf("%d events, %v", r.Transcript.Len(), err)
	}
	if _, err := transcript.ReadFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
