package fakeserver

import (
	"flag"
	"os"
	"strings"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/internal/artifact"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// artifactsVariable names the directory for the files of failed tests, where the
// test has none of its own.
const artifactsVariable = "FAKEWIRE_ARTIFACTS"

// ArtifactDir returns the directory for the files of a test that failed: the test's own ArtifactDir, if
// go test was given -artifacts, else $FAKEWIRE_ARTIFACTS; empty: there is none, and nothing is to be
// written. Of Ginkgo's tests it is the latter in any case, as their ArtifactDir is a temporary directory that
// nothing collects. tb may be nil.
func ArtifactDir(tb TB) string {
	if f := flag.Lookup("test.artifacts"); f != nil && f.Value.String() == "true" {
		if a, ok := tb.(interface{ ArtifactDir() string }); ok && deferrerOf(tb) == nil {
			return a.ArtifactDir()
		}
	}
	return os.Getenv(artifactsVariable)
}

// WriteRecordings writes recordings into dir, which is made if it is not there, each as NAME.jsonl and as NAME.html, and
// returns lines for the message of a test: where the files are, how to look at them, and what went wrong
// in writing them. NAME is made of name, such as a test's, with what is fit for a file's; if
// there is such a file, it is NAME-2, and so on. Where $CI is set, there is a line for each file by which Jenkins, GitLab
// and Azure attach it to the test, if it is in what their JUnit report has of the test's output. Servers that
// Start has started do it by themselves; this is for those of Listen.
func WriteRecordings(dir, name string, recordings ...transcript.Recording) (lines string) {
	var k kept
	for _, rec := range recordings {
		k.write(dir, name, rec)
	}
	return k.lines() + k.attachments()
}

// kept is what was written of the servers of a test.
type kept struct {
	test  string           // that failed
	files []artifact.Files // those of each server, and then of its upstream leg; without paths, where there is none, or they could not be made
	errs  []error          // what went wrong with each; nil: nothing
}

// write writes a recording.
func (k *kept) write(dir, name string, rec transcript.Recording) {
	f, err := artifact.Write(dir, name, rec)
	k.files, k.errs = append(k.files, f), append(k.errs, err)
}

// lines returns the lines of a message that name the files, or say what went wrong.
func (k *kept) lines() string {
	var b strings.Builder
	show := ""
	for i, f := range k.files {
		if f.JSONL != "" {
			b.WriteString(f.String())
			if show == "" {
				show = "to look at it: " + artifact.ShowCommand(f.JSONL) + "\n"
			}
		}
		if err := k.errs[i]; err != nil {
			b.WriteString("no record written, or not all of it: " + err.Error() + "\n")
		}
	}
	return b.String() + show
}

// attachments returns the lines that make CI attach the files to the test; empty outside of it.
func (k *kept) attachments() string {
	var paths []string
	for _, f := range k.files {
		paths = append(paths, f.Paths()...)
	}
	if !artifact.InCI() {
		return ""
	}
	return artifact.Attachments(paths...)
}

// keep writes the recordings of the servers, if there is a directory for them. What was written when the same test
// failed is written again, as there is more of it.
func (s *started) keep(record func(server) transcript.Recording) *kept {
	dir, test := ArtifactDir(s.tb), s.tb.Name()
	if dir == "" {
		return new(kept)
	}
	a := s.afterFailure()
	a.mu.Lock()
	defer a.mu.Unlock()
	k := kept{test: test}
	names := make([]string, len(s.servers))
	for i, srv := range s.servers {
		rec := record(srv)
		names[i] = s.artifactName(test, rec.Transcript.Redacted().Header())
		k.writeAgain(&a.kept, dir, names[i], rec)
	}
	for i, srv := range s.servers {
		if rec := srv.upstreamRecording(); rec.Transcript.Len() > 0 {
			k.writeAgain(&a.kept, dir, names[i]+"-upstream", rec)
		} else {
			k.files, k.errs = append(k.files, artifact.Files{}), append(k.errs, nil)
		}
	}
	a.kept = k
	return &k
}

// writeAgain is write to the files that there are from before, of the same test.
func (k *kept) writeAgain(before *kept, dir, name string, rec transcript.Recording) {
	i := len(k.files)
	if before.test != k.test || i >= len(before.files) || before.files[i].JSONL == "" {
		k.write(dir, name, rec)
		return
	}
	f := before.files[i]
	err := f.Rewrite(rec)
	k.files, k.errs = append(k.files, f), append(k.errs, err)
}

// artifactName returns what the files of a test's server are called: after the test, the server, if that has a name of its
// own, and the network, if there are two servers at one port.
func (s *started) artifactName(test string, h transcript.Header) string {
	name := test
	if h.Name != "" && h.Name != test {
		name += "-" + h.Name
	}
	if len(s.servers) > 1 {
		name += "-" + h.Network
	}
	return name
}

// hinted is whether a message has said how to get files.
var hinted atomic.Bool

// hint says once how to get the files of failed tests, if the text of a message does not.
func (s *started) hint(text string) string {
	if strings.Contains(text, artifactsVariable) || hinted.Swap(true) {
		return ""
	}
	or := ", or go test -artifacts"
	if deferrerOf(s.tb) != nil {
		or = "" // see ArtifactDir
	}
	return "to keep this as a file and as a picture: " + artifactsVariable + "=DIR" + or + "\n"
}

// summarize adds the servers of a test that failed to the summary of a step in CI, once. It returns a line about what went
// wrong.
func (s *started) summarize(k *kept) string {
	test := s.tb.Name()
	if a := s.afterFailure(); !a.first(&a.table, test) {
		return ""
	}
	var rows []artifact.Row
	for i, srv := range s.servers {
		row := artifact.Row{Server: nameOf(srv), Rules: ruleLines(srv)}
		if k.files != nil {
			row.File = k.files[i].JSONL
		}
		rows = append(rows, row)
	}
	if err := artifact.Summarize(test, rows); err != nil {
		return "no table in the summary of the step: " + err.Error() + "\n"
	}
	return ""
}

// nameOf returns what a server is called, as it may be shown.
func nameOf(srv server) string { return srv.recorded().Transcript.Redacted().Header().String() }

// ruleLines returns the rules of a server with their outcomes, as they may be shown.
func ruleLines(srv server) (lines []string) {
	for line := range strings.Lines(srv.recorded().Transcript.Redact(srv.outcomes())) {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(line, "rule ")))
	}
	return lines
}
