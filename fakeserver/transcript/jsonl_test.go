package transcript_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// saved returns a recording's file.
func saved(t rapid.TB, r transcript.Recording) string {
	t.Helper()
	var b bytes.Buffer
	n, err := r.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("WriteTo = %d of %d bytes, %v", n, b.Len(), err)
	}
	return b.String()
}

// loaded returns what a file holds.
func loaded(t rapid.TB, file string) transcript.Recording {
	t.Helper()
	r, err := transcript.Read(strings.NewReader(file))
	if err != nil {
		t.Fatalf("Read: %v\n%.2000s", err, file)
	}
	return r
}

// drawnRecording draws a recording such as a server may have made, or a part of one.
func drawnRecording() *rapid.Generator[transcript.Recording] {
	text := rapid.OneOf(rapid.String(), rapid.Just(""), rapid.Map(rapid.SliceOf(rapid.Byte()), func(p []byte) string { return string(p) }))
	number := rapid.Int64Range(0, 1<<40)
	return rapid.Custom(func(t *rapid.T) transcript.Recording {
		network := rapid.SampledFrom([]string{"tcp", "udp", "unix", "my\xffnet"}).Draw(t, "network")
		h := transcript.Header{Name: text.Draw(t, "name"), Network: network, Address: text.Draw(t, "address"), Start: time.Now().UTC().Round(0)}
		r := transcripttest.New(h, rapid.Int64Range(-1, 100).Draw(t, "limit"))
		for range rapid.IntRange(0, 30).Draw(t, "events") {
			e := transcript.Event{
				Conn:      rapid.IntRange(0, 3).Draw(t, "conn"),
				Kind:      transcript.Kind(rapid.IntRange(1, int(transcript.Note)).Draw(t, "kind")),
				Direction: rapid.SampledFrom([]transcript.Direction{transcript.Neither, transcript.FromClient, transcript.ToClient}).Draw(t, "direction"),
				Data:      []byte(text.Draw(t, "data")),
			}
			switch e.Kind {
			case transcript.Data, transcript.Discarded, transcript.Datagram:
				if e.Direction == transcript.Neither || e.Conn == 0 {
					continue
				}
			default:
				e.Data = nil
				e.Offset, e.Count, e.Times = number.Draw(t, "offset"), number.Draw(t, "count"), number.Draw(t, "times")
				e.Rule, e.Text, e.AtClose = text.Draw(t, "rule"), text.Draw(t, "text"), rapid.Bool().Draw(t, "atClose")
				e.Sum = rapid.Uint64().Draw(t, "sum")
			}
			e.Peer = rapid.SampledFrom([]string{"", "127.0.0.1:7", "\x00"}).Draw(t, "peer")
			r.Add(e)
		}
		rec := transcript.Recording{Transcript: r.Transcript()}
		rec.Origin = transcript.Origin{Test: text.Draw(t, "test"), Rerun: text.Draw(t, "rerun"), Seed: rapid.Uint64().Draw(t, "seed")}
		if rapid.Bool().Draw(t, "plan") {
			rec.Origin.Plan, rec.Report = json.RawMessage(`{"seed":1}`), json.RawMessage(`{"conns": 1}`)
			for at := range slices.Values([]int64{0, 3, 3, 20}) {
				rec.Changes = append(rec.Changes, transcript.Change{After: at, Plan: json.RawMessage("{\n}")})
			}
		}
		if n := rapid.IntRange(-1, 3).Draw(t, "part"); n >= 0 && rec.Transcript.Conn(n).Len() > 0 {
			rec.Transcript = rec.Transcript.Conn(n)
		}
		return rec
	})
}

// A recording that is read back is the same, with the same events under the same numbers, and is the same
// file when it is written again.
func TestRecordingOutlivesItsFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawnRecording().Draw(t, "recording")
		file := saved(t, want)
		got := loaded(t, file)
		if again := saved(t, got); again != file {
			t.Fatalf("written again it is\n%s\nwant\n%s", again, file)
		}
		a, b := slices.Collect(want.Transcript.All()), slices.Collect(got.Transcript.All())
		if !reflect.DeepEqual(a, b) || got.Transcript.Header() != want.Transcript.Header() {
			t.Fatalf("%s\ngave %v of %v\nwant %v of %v", file, b, got.Transcript.Header(), a, want.Transcript.Header())
		}
		if got.Transcript.Conns() != want.Transcript.Conns() || got.Transcript.Dump() != want.Transcript.Dump() ||
			got.Transcript.Canonical().String() != want.Transcript.Canonical().String() {
			t.Fatalf("%s\nis\n%s\nwant\n%s", file, got.Transcript.Dump(), want.Transcript.Dump())
		}
		for n := range 4 {
			if a, b := want.Transcript.Conn(n).Dump(), got.Transcript.Conn(n).Dump(); a != b {
				t.Fatalf("connection %d is\n%s\nwant\n%s", n, b, a)
			}
		}
		if !reflect.DeepEqual(got.Origin, want.Origin) || len(got.Changes) != len(want.Changes) {
			t.Fatalf("%s\ngave %+v, %+v", file, got.Origin, got.Changes)
		}
	})
}

// The file is as the package's Files says it is.
func TestRecordingIsOfTheGrammar(t *testing.T) {
	start := time.Date(2026, 1, 2, 15, 4, 5, 600e6, time.UTC)
	at := func(d time.Duration) string {
		return fmt.Sprintf(`"at":%s`, strings.TrimSuffix(fmt.Sprint(d.Seconds()), "s"))
	}
	file := strings.Join([]string{
		`{"fakewire":1,"name":"a \"name\"","network":"tcp","address":"127.0.0.1:4242","start":"2026-01-02T15:04:05.6Z","test":"TestPing","rerun":"go test","seed":"0xffffffffffffffff","plan":{"seed":7}}`,
		`{"seq":1,` + at(251*time.Microsecond) + `,"conn":1,"kind":"accept","peer":"127.0.0.1:51402"}`,
		`{"seq":2,"at":0.000302001,"conn":1,"direction":"from-client","kind":"data","data":"PING\r\n\t\"\\é"}`,
		`{"after":4,"plan":{"rules":[]}}`,
		`{"seq":5,"at":1,"conn":1,"direction":"to-client","kind":"data","offset":3,"dataBase64":"AP8="}`,
		`{"seq":6,"at":1.5,"conn":1,"direction":"to-client","kind":"data","offset":5,"count":70000000000,"times":9,"sum":9007199254740992}`,
		`{"seq":7,"at":61.000000001,"conn":1,"direction":"to-client","kind":"discarded","offset":5,"data":"","rule":"r","text":"t","atClose":true}`,
		`{"events":5,"report":{"conns":1}}`,
	}, "\n") + "\n"
	r := loaded(t, file)
	if got := saved(t, r); got != file {
		t.Errorf("it became\n%s\nwant\n%s", got, file)
	}
	if h := r.Transcript.Header(); h.Name != `a "name"` || !h.Start.Equal(start) || r.Origin.Seed != math.MaxUint64 || string(r.Origin.Plan) != `{"seed":7}` {
		t.Errorf("the header is %+v of %+v", h, r.Origin)
	}
	events := slices.Collect(r.Transcript.All())
	if len(events) != 5 || string(events[1].Data) != "PING\r\n\t\"\\é" || string(events[2].Data) != "\x00\xff" || events[2].Seq != 5 || events[2].At != time.Second {
		t.Errorf("the events are %v", events)
	}
	if e := events[3]; e.Data != nil || e.Size() != 70e9 || e.Times != 9 || e.Sum != 1<<53 {
		t.Errorf("what was not kept is %+v", e)
	}
	if e := events[4]; e.Data == nil || e.Rule != "r" || e.Text != "t" || !e.AtClose || e.At != 61*time.Second+1 {
		t.Errorf("the last event is %+v", e)
	}
	if len(r.Changes) != 1 || r.Changes[0].After != 4 || string(r.Report) != `{"conns":1}` {
		t.Errorf("changes are %+v, the report is %s", r.Changes, r.Report)
	}
}

// A file's errors name it.
func TestRecordingFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.jsonl")
	r := transcripttest.New(transcript.Header{Name: "x"}, 0)
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept})
	if err := (transcript.Recording{Transcript: r.Transcript()}).WriteFile(name); err != nil {
		t.Fatal(err)
	}
	if got, err := transcript.ReadFile(name); err != nil || got.Transcript.Len() != 1 {
		t.Errorf("%v, %v", got.Transcript, err)
	}
	if err := os.Truncate(name, 30); err != nil {
		t.Fatal(err)
	}
	if _, err := transcript.ReadFile(name); !errors.Is(err, transcript.ErrCutOff) || !strings.Contains(err.Error(), name) {
		t.Error(err)
	}
}

// A Writer refuses what a Reader would.
func TestWriterRefuses(t *testing.T) {
	ok := transcript.Event{Seq: 2, Kind: transcript.Note}
	for want, write := range map[string]func(w *transcript.Writer) error{
		"seq: 2 comes after 2":                        func(w *transcript.Writer) error { return w.Write(ok) },
		"kind: kind 0 is none":                        func(w *transcript.Writer) error { return w.Write(transcript.Event{Seq: 3}) },
		"direction: 9 is none":                        func(w *transcript.Writer) error { e := ok; e.Seq, e.Direction = 3, 9; return w.Write(e) },
		"a number is negative":                        func(w *transcript.Writer) error { e := ok; e.Seq, e.Offset = 3, -1; return w.Write(e) },
		"the plan is not JSON: unexpected end":        func(w *transcript.Writer) error { return w.Change(json.RawMessage("{")) },
		"the plan is not JSON: it is not UTF-8":       func(w *transcript.Writer) error { return w.Change(json.RawMessage("{\"a\":\"\xff\"}")) },
		"the report is not JSON: invalid character":   func(w *transcript.Writer) error { return w.Close(json.RawMessage("x")) },
		"writing a plan after event 2: want one, and": func(w *transcript.Writer) error { return w.Change(nil) },
		"the Writer is closed": func(w *transcript.Writer) error {
			w.Close(nil)
			return w.Write(transcript.Event{Seq: 9, Kind: transcript.Note})
		},
	} {
		w, err := transcript.NewWriter(io.Discard, transcript.Header{}, transcript.Origin{})
		if err == nil {
			err = w.Write(ok)
		}
		if err != nil {
			t.Fatal(err)
		}
		err = write(w)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if later := w.Flush(); later != err && w.Close(nil) == nil {
			t.Errorf("after %v it goes on: %v", err, later)
		}
	}
	if _, err := transcript.NewWriter(io.Discard, transcript.Header{}, transcript.Origin{Plan: json.RawMessage("{")}); err == nil {
		t.Error("a plan that is not JSON was taken")
	}
	plan := json.RawMessage("{}")
	r := transcript.Recording{Changes: []transcript.Change{{After: 3, Plan: plan}, {After: 1, Plan: plan}}}
	if _, err := r.WriteTo(io.Discard); err == nil || !strings.Contains(err.Error(), "it is not before event 3") {
		t.Errorf("plans that are out of order: %v", err)
	}
}

// askAll asks all that one can ask of a transcript.
func askAll(tr transcript.Transcript) {
	for n := range min(tr.Conns(), 5) + 1 {
		c := tr.Conn(n)
		c.FromClient()
		c.ToClient()
		c.Discarded()
		c.Lines()
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			c.Ending(d)
			c.Datagrams(d)
			c.Omitted(d)
		}
		_ = c.Dump()
	}
	_, _, _ = tr.String(), tr.Canonical(), tr.Canonical().String()
	tr.Received("x")
	tr.Drops()
	tr.After(3).FromClient()
}

// A file may say what no server has recorded: what is taken back was never sent, and so on.
func TestRecordingThatMakesNoSense(t *testing.T) {
	number := rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, math.MaxInt64))
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		w, err := transcript.NewWriter(&b, transcript.Header{Network: rapid.SampledFrom([]string{"tcp", "udp"}).Draw(t, "network")}, transcript.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		seq := int64(0)
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			seq += rapid.Int64Range(1, 3).Draw(t, "step")
			e := transcript.Event{
				Seq: seq, At: time.Duration(number.Draw(t, "at")), Conn: rapid.IntRange(0, 2).Draw(t, "conn"),
				Direction: transcript.Direction(rapid.IntRange(0, 2).Draw(t, "direction")),
				Kind:      transcript.Kind(rapid.IntRange(1, int(transcript.Note)).Draw(t, "kind")),
				Offset:    number.Draw(t, "offset"), Count: number.Draw(t, "count"), Times: number.Draw(t, "times"),
				AtClose: rapid.Bool().Draw(t, "atClose"), Peer: rapid.SampledFrom([]string{"", "p"}).Draw(t, "peer"),
			}
			if rapid.Bool().Draw(t, "hasData") {
				e.Data, e.Times = []byte(rapid.StringN(0, 3, 4).Draw(t, "data")), min(e.Times, 5)
			}
			if err := w.Write(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(nil); err != nil {
			t.Fatal(err)
		}
		askAll(loaded(t, b.String()).Transcript)
	})
}

// Whatever a file says, nothing that one can ask of it panics.
func FuzzRead(f *testing.F) {
	for _, file := range []string{"", head, head + `{"events":0}` + "\n", head + `{"seq":9,"at":1.5,"conn":1,"direction":"to-client","kind":"data","dataBase64":"AP8="}` + "\n" +
		`{"seq":11,"at":1.5,"conn":1,"direction":"to-client","kind":"unsent","offset":1,"count":1}` + "\n" + `{"after":11,"plan":{}}` + "\n" + `{"events":2,"report":{}}` + "\n"} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := transcript.Read(bytes.NewReader(file))
		askAll(r.Transcript)
		if err != nil {
			return
		}
		again := saved(t, r)
		if twice := saved(t, loaded(t, again)); again != twice {
			t.Errorf("%q became %q and then %q", file, again, twice)
		}
	})
}
