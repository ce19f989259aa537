package fakeserver_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// The record of a failed test is a file that says everything, that everybody may read,
// and that is found from any directory.
func TestStartWritesTheWholeRecordOfAFailedTest(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("FAKEWIRE_ARTIFACTS", filepath.Join("some", "where"))
	tb := &fakeTB{name: "TestPing/a b"}
	srv := fakeserver.Start(tb, fakeserver.Config{Handler: fakeserver.Reply{Data: strings.Repeat("\x00\xffbinary", 200)}})
	c := dial(t, srv)
	send(t, c, strings.Repeat("much text ", 50)+"and its end")
	c.CloseWrite()
	wait(t, srv, ended(1))
	tb.failed = true
	tb.end()

	named := regexp.MustCompile(`the whole record: (\S+)`).FindStringSubmatch(tb.log[0])
	if named == nil {
		t.Fatalf("no file is named:\n%s", tb.log[0])
	}
	path := filepath.FromSlash(named[1])
	if !filepath.IsAbs(path) || filepath.Base(path) != "TestPing_a_b.jsonl" {
		t.Errorf("the record is in %s, want an absolute path that has the test's name", path)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("the file's mode is %v, %v; want that everybody may read it", info.Mode(), err)
	}
	rec, err := transcript.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rec.Transcript.Dump(), srv.Transcript().Dump(); got != want {
		t.Errorf("the file has\n%s\nwant\n%s", got, want)
	}
	if rec.Origin.Test != tb.name || rec.Report == nil {
		t.Errorf("the file has the test %q and the report %s", rec.Origin.Test, rec.Report)
	}
	if !strings.Contains(tb.log[0], "… 415 more") || !strings.Contains(tb.log[0], "FAKEWIRE_ARTIFACTS") {
		t.Errorf("the log leaves something out, and does not say where it is:\n%s", tb.log[0])
	}
}

// An ownDir is a test with a directory of its own.
type ownDir struct {
	*fakeTB
	dir string
}

func (t *ownDir) ArtifactDir() string { return t.dir }

// A spec is a test of Ginkgo's, whose directory is a new one each time.
type spec struct{ ownDir }

func (t *spec) DeferCleanup(...any) {}

func TestArtifactDir(t *testing.T) {
	own := &ownDir{new(fakeTB), "own"}
	for _, tt := range []struct {
		why            string
		tb             fakeserver.TB
		flag, variable string
		want           string
	}{
		{"nothing is set", own, "false", "", ""},
		{"the variable is set", own, "false", "var", "var"},
		{"without a test", nil, "true", "var", "var"},
		{"with the flag", own, "true", "var", "own"},
		{"a test without a directory", &fakeTB{}, "true", "var", "var"},
		{"a spec", &spec{*own}, "true", "var", "var"},
		{"a spec, and no variable", &spec{*own}, "true", "", ""},
	} {
		t.Setenv("FAKEWIRE_ARTIFACTS", tt.variable)
		flag.Set("test.artifacts", tt.flag)
		if got := fakeserver.ArtifactDir(tt.tb); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
		flag.Set("test.artifacts", "false")
	}
}

func TestWriteRecordingsSaysWhatWentWrong(t *testing.T) {
	dir := t.TempDir()
	srv, err := fakeserver.Listen(fakeserver.Config{Name: "srv"})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	rec, broken := srv.Recording(), srv.Recording()
	broken.Origin.Plan = []byte("no JSON")
	lines := fakeserver.WriteRecordings(dir, "a run", rec, broken)
	for _, want := range []string{"the whole record: " + filepath.ToSlash(dir) + "/a_run.jsonl\n", "no record written, or not all of it: transcript: the plan is not JSON", "show " + filepath.ToSlash(dir) + "/a_run.jsonl\n"} {
		if !strings.Contains(lines, want) {
			t.Errorf("it does not say %q:\n%s", want, lines)
		}
	}
	t.Setenv("CI", "true")
	if lines := fakeserver.WriteRecordings(dir, "a run", rec); !strings.HasSuffix(lines, "\n[[ATTACHMENT|"+filepath.Join(dir, "a_run-3.jsonl")+"]]\n[[ATTACHMENT|"+filepath.Join(dir, "a_run-3.html")+"]]\n") {
		t.Errorf("in CI it ends otherwise:\n%s", lines)
	}
	if lines := fakeserver.WriteRecordings(filepath.Join(dir, "a_run.jsonl"), "x", rec); !strings.HasPrefix(lines, "no record written") || strings.Contains(lines, "show") {
		t.Errorf("where no directory can be made:\n%s", lines)
	}
}
