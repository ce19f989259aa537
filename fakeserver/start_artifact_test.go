package fakeserver_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
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
	if !filepath.IsAbs(path) || !strings.HasPrefix(filepath.Base(path), "TestPing_a_b-") {
		t.Errorf("the record is in %s, want an absolute path that has the test's name", path)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("the file's mode is %v, %v; want that everybody may read it", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"and its end", "@1584  ", "00 ff 62 69 6e 61 72 79", "|..binary..binary|"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the file does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "…") {
		t.Errorf("the file leaves something out:\n%s", text)
	}
	if !strings.Contains(tb.log[0], "… 415 more") || !strings.Contains(tb.log[0], "FAKEWIRE_ARTIFACTS") {
		t.Errorf("the log leaves something out, and does not say where it is:\n%s", tb.log[0])
	}
}
