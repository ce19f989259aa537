package timeline_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

var (
	unread = regexp.MustCompile(`(?s)<(style|script|svg|dialog)\b.*?</(style|script|svg|dialog)>|<head>.*?</head>`)
	blocks = regexp.MustCompile(`</?(p|div|li|tr|h1|h2|pre|dd|ol|table|section|details|summary)\b[^>]*>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`[ \t]+`)
)

// textOf returns what a page says, a line for each block of it.
func textOf(page string) string {
	page = unread.ReplaceAllString(page, "")
	page = strings.ReplaceAll(page, "</dt>", ": ")
	page = strings.ReplaceAll(page, "</td><td", "</td> | <td")
	page = blocks.ReplaceAllString(page, "\n")
	page = html.UnescapeString(tags.ReplaceAllString(page, ""))
	var lines []string
	for line := range strings.Lines(page) {
		if line = strings.TrimSpace(spaces.ReplaceAllString(line, " ")); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestPageSaysWhatHappened(t *testing.T) {
	for name, rec := range map[string]transcript.Recording{"small": small(t), "cut": cut(t), "datagrams": datagrams(t)} {
		t.Run(name, func(t *testing.T) { wantGolden(t, name+".txt", textOf(write(t, rec))) })
	}
}

// wantGolden compares got with a file of testdata, which FAKEWIRE_UPDATE=1 writes.
func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if os.Getenv("FAKEWIRE_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Fatalf("the page differs from %s from line %d on: it says\n%s", name, i+1, got)
		}
	}
}

func TestEqualRecordingsGiveEqualPages(t *testing.T) {
	for name, make := range map[string]func(testing.TB) transcript.Recording{"cut": cut, "datagrams": datagrams} {
		first := write(t, make(t))
		for range 5 {
			if again := write(t, make(t)); again != first {
				t.Fatalf("%s: two pages of equal recordings differ", name)
			}
		}
	}
}

// hostile is text that would be more than text, were it not escaped.
const hostile = "</script></style></title><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'`\x00\x1b[31m\u202egnp\u2066\xff\xfe&lt;"

// untrusted is a recording that has hostile text wherever text may be.
func untrusted(t testing.TB) transcript.Recording {
	s := newSample("tcp")
	s.header.Name, s.header.Address = hostile, hostile
	s.add(ms, transcript.Event{Conn: 1, Kind: transcript.Accept, Peer: hostile})
	s.add(ms, from(1, hostile))
	s.add(ms, to(1, strings.ToValidUTF8(strings.Map(graphic, hostile), "")))
	s.add(ms, transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Rule: hostile, Text: hostile})
	s.add(ms, transcript.Event{Kind: transcript.Error, Text: hostile})
	name := strings.ToValidUTF8(strings.Map(graphic, hostile), "")
	rule := fault.ToClient(fault.Reset{}).Named(name)
	rec := s.recording(t, fault.Plan{Comment: name, Rules: []fault.Rule{rule}}, fault.Outcome{Key: name, Rule: rule, State: fault.Fired, Count: 1, Conn: 1})
	rec.Origin.Test, rec.Origin.Rerun = hostile, hostile
	rec.Changes = []transcript.Change{{After: 2, Plan: json.RawMessage(hostile)}}
	return rec
}

// untrustedRun is a recording with a fold of hostile data.
func untrustedRun(t testing.TB) transcript.Recording {
	s := newSample("tcp")
	for range 300 {
		s.add(ms, from(1, "</noscript>"+hostile))
	}
	return s.recording(t, fault.Plan{})
}

// graphic keeps what a rule's name may have.
func graphic(r rune) rune {
	if unicode.IsGraphic(r) {
		return r
	}
	return -1
}

func TestPageEscapesWhatItDoesNotTrust(t *testing.T) {
	page := write(t, untrusted(t))
	if strings.Contains(page, "<img") || strings.Count(page, "<script") != 2 || strings.Count(page, "</script>") != 2 || strings.Count(page, "</style>") != 1 {
		t.Error("a text of the recording became an element of the page")
	}
	if !utf8.ValidString(page) {
		t.Error("the page is not UTF-8")
	}
	for _, r := range page {
		if r != '\n' && !unicode.IsGraphic(r) {
			t.Errorf("the page has %q in it", r)
		}
	}
	if got := textOf(page); !strings.Contains(got, `<img src=x onerror=window.pwned=1>"'`+"`"+`\x00\x1b[31m\u202egnp\u2066\xff\xfe&lt;`) {
		t.Errorf("the page does not show the text as it is: it says\n%s", got)
	}
}

func TestPageOfARecordThatWasCutOffSaysSo(t *testing.T) {
	rec := cut(t)
	rec.Report = nil
	got := textOf(write(t, rec))
	for _, want := range []string{"This record was cut off", "? not told", "hold.ToClient.1", "stall (for 1s) from the client on conn 7", "latency.ToClient.1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q: it says\n%s", want, got)
		}
	}
	if whole := textOf(write(t, cut(t))); strings.Contains(whole, "cut off") {
		t.Errorf("the page of a whole record says that it was cut off:\n%s", whole)
	}
}

func TestPageShowsPlansThatItCannotRead(t *testing.T) {
	rec := small(t)
	rec.Origin.Plan = json.RawMessage(`{"rules": [{"fault": {"kind": "gremlins"}}]}`)
	got := textOf(write(t, rec))
	if !strings.Contains(got, "can’t be read here") || !strings.Contains(got, `"gremlins"`) {
		t.Errorf("the page says\n%s", got)
	}
}

func TestPageOfNothing(t *testing.T) {
	if got := textOf(write(t, transcript.Recording{})); !strings.Contains(got, "Nothing was recorded") {
		t.Errorf("the page says\n%s", got)
	}
}

func TestPageHasABoundedPartOfLongData(t *testing.T) {
	s := newSample("tcp")
	s.add(ms, accept(1))
	large := strings.Repeat("0123456789", 100_000)
	for range 100 {
		s.add(ms, from(1, large))
		s.add(ms, to(1, "short\n"))
	}
	page := write(t, s.recording(t, fault.Plan{}))
	if len(page) > 3_000_000 {
		t.Errorf("the page of 100 MB has %d bytes", len(page))
	}
	got := textOf(page)
	for _, want := range []string{"These are the first 5,114 of 1,000,000 bytes. The record’s .jsonl file has the rest.", "99,488,600 bytes are left out"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q: it begins\n%s", want, got[:min(len(got), 3000)])
		}
	}
	if n := strings.Count(got, `to client "short\n"`); n != 100 {
		t.Errorf("the page has %d of the 100 short events", n)
	}
}

func TestPageHasABoundedNumberOfEvents(t *testing.T) {
	var b strings.Builder
	if err := timeline.WriteAtMost(&b, long(t, 4000), 2000); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if n := strings.Count(page, `id="seq=`); n != 2000 {
		t.Errorf("the page has %d events, want 2,000", n)
	}
	for _, want := range []string{`id="seq=1"`, `id="seq=2002"`, `id="seq=4000"`, "2,000 events of the middle are left out", `class="gap"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

func TestPageOfAFileIsThatOfTheRecording(t *testing.T) {
	for name, rec := range map[string]transcript.Recording{"cut": cut(t), "datagrams": datagrams(t), "crowd": crowd(t, 20, 3)} {
		var file bytes.Buffer
		if _, err := rec.WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		read, err := transcript.Read(&file)
		if err != nil {
			t.Fatal(err)
		}
		if write(t, read) != write(t, rec) {
			t.Errorf("%s: the page of what was read from a file is another", name)
		}
	}
}

// A file may hold anything.
func TestPageOfAnyEvents(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		s := newSample([]string{"tcp", "udp", "", "carrier pigeon"}[rng.IntN(4)])
		for range rng.IntN(40) {
			s.add(time.Duration(rng.Int64N(int64(time.Second))), transcript.Event{
				Conn: rng.IntN(4), Direction: transcript.Direction(rng.IntN(5)), Kind: transcript.Kind(rng.IntN(25)), Count: rng.Int64N(3) - 1,
				Times: rng.Int64N(4) - 1, Offset: rng.Int64N(100) - 1, Data: make([]byte, rng.IntN(2)*rng.IntN(300)), Rule: []string{"", "x"}[rng.IntN(2)],
			})
		}
		rec := s.recording(t, fault.Plan{})
		rec.Changes = []transcript.Change{{After: rng.Int64N(60) - 10, Plan: json.RawMessage(`{}`)}, {After: 3}}
		page := write(t, rec)
		if got, want := strings.Count(page, `id="seq=`), rec.Transcript.Len(); got != want {
			t.Fatalf("the page has %d of %d events", got, want)
		}
		if n := strings.Count(page, "A new plan took over"); n != 2 {
			t.Fatalf("the page has %d of 2 changes", n)
		}
	}
}

// failing is a writer that takes so many bytes, and then fails.
type failing struct{ room int }

var errFull = errors.New("no space left")

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteReturnsTheWritersError(t *testing.T) {
	rec := cut(t)
	for _, room := range []int{0, 5_000, len(write(t, rec)) - 1} {
		if err := timeline.Write(&failing{room}, rec); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: %v, want %v", room, err, errFull)
		}
	}
	if err := timeline.Write(new(bytes.Buffer), rec); err != nil {
		t.Error(err)
	}
}
