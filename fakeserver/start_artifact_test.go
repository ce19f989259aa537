package fakeserver_test

import (
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
