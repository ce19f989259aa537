package fakeserver

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/artifact"
	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// addEntry adds to the report of a test that failed, if it has one, where the servers were and where the files are: once.
func (s *started) addEntry(k *kept, m moment) {
	g, ok := abilitiesOf(s.tb).(interface {
		AddReportEntryVisibilityFailureOrVerbose(name string, args ...any)
	})
	if a := s.afterFailure(); ok && a.first(&a.entry, s.tb.Name()) {
		s.tb.Helper()
		g.AddReportEntryVisibilityFailureOrVerbose("fakewire", s.newEntry(k, m))
	}
}

// An entry is what a Ginkgo report has of a test's servers. It is small and plain data: each process of a parallel run sends it
// to the first as JSON, and JUnit reports have its text.
type entry struct {
	Start   string // the file and line that called Start
	Servers []serverEntry
}

type serverEntry struct {
	Server    string
	State     string   // of its clients, when the test failed
	Rules     []string // with what became of them
	Recording string   `json:",omitempty"` // a path
	Picture   string   `json:",omitempty"` // likewise
	Seq       int64    `json:",omitempty"` // of the event to see first
}

// Limits of an entry.
const (
	maxEntry      = 4 << 10 // of its JSON, paths apart
	maxEntryRules = 8
	maxEntryText  = 160
)

func (s *started) newEntry(k *kept, m moment) entry {
	e := entry{Start: s.where}
	for i, srv := range s.servers {
		p, _ := srv.progress()
		t := serverEntry{Server: brief(nameOf(srv)), State: human.Count(p.conns, p.noun)}
		if m.servers != nil { // else it failed only when the server had ended
			t.State = brief(srv.recorded().Transcript.Redact(m.servers[i].state))
		}
		for _, line := range ruleLines(srv) {
			t.Rules = append(t.Rules, brief(line))
		}
		if k.files != nil {
			f := k.files[i]
			t.Recording, t.Picture, t.Seq = f.JSONL, f.HTML, f.Seq
		}
		e.Servers = append(e.Servers, t)
	}
	return e.shrunk()
}

// shrunk returns e with no more rules than there is room for.
func (e entry) shrunk() entry {
	left := make([]int, len(e.Servers))
	for most := maxEntryRules; ; most-- {
		for i := range e.Servers {
			s := &e.Servers[i]
			if n := len(s.Rules) + left[i]; n > most {
				left[i] = n - most
				s.Rules = s.Rules[:most]
			}
		}
		if text, err := json.Marshal(e); err == nil && len(text) <= maxEntry || most == 0 {
			break
		}
	}
	for i, n := range left {
		if n > 0 {
			e.Servers[i].Rules = append(e.Servers[i].Rules, fmt.Sprintf("… and %d more", n))
		}
	}
	return e
}

// brief returns text that is not too long, and that no reporter takes for a style of its own.
func brief(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for strings.Contains(text, "{{") {
		text = strings.ReplaceAll(text, "{{", "{ {")
	}
	if len(text) <= maxEntryText {
		return text
	}
	end := maxEntryText - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// String returns e as reports show it. In CI that is also where a JUnit report finds the files.
func (e entry) String() string {
	var b strings.Builder
	var paths []string
	for _, s := range e.Servers {
		fmt.Fprintf(&b, "%s: %s: %s\n", e.Start, s.Server, s.State)
		for _, r := range s.Rules {
			b.WriteString("rule " + r + "\n")
		}
		if s.Recording != "" {
			f := artifact.Files{JSONL: s.Recording, HTML: s.Picture, Seq: s.Seq}
			b.WriteString(f.String())
			paths = append(paths, f.Paths()...)
		}
	}
	if artifact.InCI() {
		b.WriteString(artifact.Attachments(paths...))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// attach returns what makes CI attach the files to the test. Of a spec the report entry has it; where specs run in several
// processes, what one prints is in its JUnit report, too, as its system-out, which is where GitLab and Azure look.
func (s *started) attach(k *kept) string {
	lines := k.attachments()
	if deferrerOf(s.tb) == nil {
		return lines
	}
	if g, ok := abilitiesOf(s.tb).(interface{ ParallelTotal() int }); ok && g.ParallelTotal() > 1 {
		io.WriteString(os.Stdout, lines)
	}
	return ""
}
