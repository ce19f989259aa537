package forms_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
	"github.com/fakewire/fakewire/nettest/match"
)

// Whatever made a recording, and whatever has become of it since, all of its forms have the same events, bytes and rules, and
// none has the secret.
func TestFormsAgree(t *testing.T) {
	for name, record := range recordings {
		t.Run(name, func(t *testing.T) {
			for _, rec := range record(t) {
				for how, variant := range variants {
					t.Run(rec.Transcript.Header().Network+" "+how, func(t *testing.T) { wantAgreement(t, variant(t, rec)) })
				}
			}
		})
	}
}

// So it is with any part of a record: one may begin in the middle of what a later event takes back.
func TestFormsOfPartsAgree(t *testing.T) {
	for name, rec := range byHand() {
		t.Run(name, func(t *testing.T) { wantAgreement(t, rec) })
		t.Run(name+" from file", func(t *testing.T) { wantAgreement(t, fromFile(t, rec)) })
	}
}

// wantAgreement checks all forms of a recording.
func wantAgreement(t *testing.T, rec transcript.Recording) {
	f := formsOf(t, rec)
	t.Run("text", f.text)
	t.Run("dump", f.dump)
	t.Run("file", f.file)
	t.Run("page", f.page)
	t.Run("capture", f.capture)
	t.Run("difference", f.difference)
	t.Run("matcher", f.matcher)
}

// forms is a recording with what all of its forms are to have.
type forms struct {
	rec   transcript.Recording
	tr    transcript.Transcript
	seqs  []int64
	bytes map[side]int64
	rules []string // keys of rules of which it is known what became of them, as they may be shown

	ignore []transcript.Ignore // what a part of a record knows of what came before it, and its file does not
}

// A side is one direction of one connection or peer.
type side struct {
	conn int
	dir  transcript.Direction
}

func formsOf(t *testing.T, rec transcript.Recording) *forms {
	f := &forms{rec: rec, tr: rec.Transcript, bytes: map[side]int64{}}
	for e := range f.tr.All() {
		f.seqs = append(f.seqs, e.Seq)
	}
	for n := 1; n <= f.tr.Conns(); n++ {
		c := f.tr.Conn(n)
		f.bytes[side{n, transcript.FromClient}] = int64(len(c.FromClient()) + len(c.Discarded()))
		f.bytes[side{n, transcript.ToClient}] = int64(len(c.ToClient()))
		for _, d := range directions {
			f.bytes[side{n, d}] += c.Omitted(d)
			for _, g := range c.Datagrams(d) {
				f.bytes[side{n, d}] += int64(len(g))
			}
		}
	}
	if len(f.seqs) > 0 && f.seqs[0] > 1 {
		f.ignore = append(f.ignore, transcript.Ignore{Endings: true})
	}
	if rec.Report == nil {
		return f
	}
	var report fault.Report
	wantNil(t, json.Unmarshal(rec.Redacted().Report, &report))
	for _, o := range report.Rules {
		f.rules = append(f.rules, o.Key)
	}
	return f
}

var directions = []transcript.Direction{transcript.FromClient, transcript.ToClient}

var eventLine = regexp.MustCompile(`(?m)^ *(\d+)  +\d+\.\d{6}s `)

// seqsIn returns the numbers that a pattern's group finds.
func seqsIn(text string, re *regexp.Regexp) (all []int64) {
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		all = append(all, n)
	}
	return all
}

func (f *forms) text(t *testing.T) { f.wantLines(t, f.tr.String()) } // they are too short for anything to be left out

func (f *forms) dump(t *testing.T) { f.wantLines(t, f.tr.Dump()) }

func (f *forms) wantLines(t *testing.T, text string) {
	wantNoSecret(t, text)
	if got := seqsIn(text, eventLine); !slices.Equal(got, f.seqs) {
		t.Errorf("it has the events %v, want %v:\n%s", got, f.seqs, text)
	}
	if n := len(f.seqs); n != 1 && !strings.Contains(text, fmt.Sprintf("%d events", n)) {
		t.Errorf("it does not say that there are %d events:\n%s", n, text)
	}
}

func (f *forms) file(t *testing.T) {
	first := f.written(t)
	wantNoSecret(t, first)
	rec, err := transcript.Read(strings.NewReader(first))
	wantNil(t, err)
	if got := (&forms{rec: rec}).written(t); got != first {
		t.Errorf("read and written again it is another file:\n%s\nwant\n%s", got, first)
	}
	got, shown := slices.Collect(rec.Transcript.All()), slices.Collect(f.tr.Redacted().All())
	if len(got) != len(shown) || len(got) > 0 && !reflect.DeepEqual(got, shown) {
		t.Errorf("it has the events\n%v\nwant\n%v", got, shown)
	}
	if got := formsOf(t, rec); !reflect.DeepEqual(got.rules, f.rules) || f.tr.Redacted().Len() == f.tr.Len() && !reflect.DeepEqual(got.seqs, f.seqs) {
		t.Errorf("it has the rules %q and events %v, want %q and %v", got.rules, got.seqs, f.rules, f.seqs)
	}
	if n := rec.Transcript.Conns(); n != f.tr.Conns() {
		t.Errorf("it has %d connections, want %d", n, f.tr.Conns())
	}
	if len(rec.Changes) != len(f.rec.Changes) {
		t.Errorf("it has %d changes, want %d", len(rec.Changes), len(f.rec.Changes))
	}
}

func (f *forms) written(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	_, err := f.rec.WriteTo(&b)
	wantNil(t, err)
	return b.String()
}

var (
	pageRow  = regexp.MustCompile(`id="seq=(\d+)"`)
	pageConn = regexp.MustCompile(`<tr><th scope="row"><a href="#seq=\d+">(?:conn|peer) (\d+)</a></th><td>[^<]*</td><td>([^<]*)(?:<span[^>]*>[^<]*</span>)?</td><td>([^<]*)`)
	pageSize = regexp.MustCompile(`(\d+) B`)
	pageRule = regexp.MustCompile(`<th scope="row"><code>([^<]*)</code>`)
)

func (f *forms) page(t *testing.T) {
	var b bytes.Buffer
	wantNil(t, timeline.Write(&b, f.rec))
	page := b.String()
	wantNoSecret(t, page)
	if got := seqsIn(page, pageRow); !slices.Equal(got, f.seqs) {
		t.Errorf("it has the events %v, want %v", got, f.seqs)
	}
	got := map[side]int64{}
	for _, m := range pageConn.FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[1])
		for i, d := range directions {
			size := pageSize.FindStringSubmatch(m[2+i])
			if size == nil {
				t.Fatalf("conn %d: no size in %q", n, m[2+i])
			}
			got[side{n, d}], _ = strconv.ParseInt(size[1], 10, 64)
		}
	}
	f.wantBytes(t, got)
	if _, first, ok := strings.Cut(page, `<span class="t">`); ok && !strings.HasPrefix(strings.TrimLeft(first, "0123456789."), "<i> </i>") {
		t.Errorf("the first event is said to come after another: %.40s", first)
	}
	var rules []string
	for _, m := range pageRule.FindAllStringSubmatch(page, -1) {
		rules = append(rules, html.UnescapeString(m[1]))
	}
	if f.rules != nil && !slices.Equal(rules, f.rules) {
		t.Errorf("it has the rules %q, want %q", rules, f.rules)
	}
}

// wantBytes compares how many bytes a form has of each side that has events.
func (f *forms) wantBytes(t *testing.T, got map[side]int64) {
	t.Helper()
	for s, want := range f.bytes {
		if got[s] != want {
			t.Errorf("it has %d bytes %v of conn %d, want %d:\n%s", got[s], s.dir, s.conn, want, f.tr)
		}
	}
	for s, n := range got {
		if _, there := f.bytes[s]; !there {
			t.Errorf("it has %d bytes %v of conn %d, which is not in the record", n, s.dir, s.conn)
		}
	}
}

func (f *forms) difference(t *testing.T) {
	again := fromFile(t, f.rec).Transcript
	shown := f.tr.Redacted()
	if got := transcript.Diff(f.tr, again, f.ignore...); got != "" || f.ignore == nil && !shown.Canonical().Equal(again.Canonical()) {
		t.Errorf("what was read from its file differs:\n%s", got)
	}
	for n := 0; n <= f.tr.Conns(); n++ { // what is left out is a difference
		some := transcript.Recording{Transcript: shown.Conn(n)}.Transcript
		if got := transcript.Diff(f.tr, some); (got == "") != some.Canonical().Equal(shown.Canonical()) {
			t.Errorf("Diff and Equal are not of one mind about conn %d alone: %s", n, got)
		}
	}
}

func (f *forms) matcher(t *testing.T) {
	name := filepath.Join(t.TempDir(), "want.jsonl")
	wantNil(t, f.rec.WriteFile(name))
	m := match.MatchTranscript(name, f.ignore...)
	ok, err := m.Match(f.rec)
	wantNil(t, err)
	if !ok {
		text := m.FailureMessage(f.rec)
		wantNoSecret(t, text)
		t.Errorf("it does not match its own file:\n%s", text)
	}
}

func wantNoSecret(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, secret) {
		t.Errorf("it has the secret:\n%.5000s", text)
	}
}
