package artifact_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/artifact"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// recording is one whose client has sent this.
func recording(sent string) transcript.Recording {
	r := transcripttest.New(transcript.Header{Name: "srv", Network: "tcp", Address: "127.0.0.1:1"}, 0)
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept}, transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte(sent)})
	return transcript.Recording{Transcript: r.Transcript()}
}

func write(t *testing.T, dir, name, sent string) artifact.Files {
	t.Helper()
	f, err := artifact.Write(dir, name, recording(sent))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// wantSent wants a file with the recording in which the client has sent this.
func wantSent(t *testing.T, f artifact.Files, sent string) {
	t.Helper()
	rec, err := transcript.ReadFile(f.JSONL)
	if err != nil || string(rec.Transcript.FromClient()) != sent {
		t.Errorf("%s: sent %q, %v; want %q", f.JSONL, rec.Transcript.FromClient(), err, sent)
	}
	page, err := os.ReadFile(f.HTML)
	if err != nil || !strings.Contains(string(page), sent[:min(len(sent), 10)]) || !strings.HasSuffix(strings.TrimSpace(string(page)), "</html>") {
		t.Errorf("%s: %v, want a page with %q", f.HTML, err, sent)
	}
}

// names returns what is in a directory, sorted.
func names(t *testing.T, dir string) string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWriteTakesANameThatIsFree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "anew")
	first, second, other := write(t, dir, "Test/a", "one"), write(t, dir, "Test/a", "two"), write(t, dir, "Test a", "three")
	wantSent(t, first, "one")
	wantSent(t, second, "two")
	wantSent(t, other, "three")
	if got := names(t, dir); got != "Test_a-2.html Test_a-2.jsonl Test_a-3.html Test_a-3.jsonl Test_a.html Test_a.jsonl" {
		t.Errorf("the files are %s", got)
	}
}

// Beyond some number the search for a free name would take longer and longer.
func TestWriteOfVeryMany(t *testing.T) {
	dir := t.TempDir()
	for range 130 {
		write(t, dir, "T", "x")
	}
	all := strings.Fields(names(t, dir))
	numbered := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return len(name) > len("T-100.jsonl") })
	if len(all) != 260 || len(numbered) != 200 {
		t.Errorf("%d files, %d of them with small numbers; want 260 and 200", len(all), len(numbered))
	}
}

func TestWriteIsWithinTheDirectory(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "dir")
	for _, name := range []string{"../x", "..", "/etc/passwd", "a/../../x", "\x00", "dir/x", `..\x`} {
		f := write(t, dir, name, name)
		if filepath.Dir(f.JSONL) != dir {
			t.Errorf("%q is written to %s", name, f.JSONL)
		}
	}
	if got := names(t, outside); got != "dir" {
		t.Errorf("outside of it there is %s", got)
	}
}

// Both files have one name, also if only one of them is there.
func TestWriteKeepsItsFilesTogether(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "T.html"), []byte("another's"), 0o666); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "T", "x")
	if got := names(t, dir); got != "T-2.html T-2.jsonl T.html" {
		t.Errorf("the files are %s", got)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "T.html")); string(text) != "another's" {
		t.Error("another's file was written to")
	}
}

// The message leads to the first fault, or else to the last event.
func TestFilesLeadToWhatMatters(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a dir")
	f := write(t, dir, "T", "x")
	if got, want := f.String(), "the whole record: "+dir+"/T.jsonl\nas a picture: file://"+strings.ReplaceAll(dir, " ", "%20")+"/T.html#seq=2\n"; got != want && runtime.GOOS != "windows" {
		t.Errorf("without a fault:\n%s\nwant\n%s", got, want)
	}
	r := transcripttest.New(transcript.Header{}, 0)
	for range 3 {
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept}, transcript.Event{Conn: 1, Kind: transcript.Fault, Rule: "cut"})
	}
	if err := f.Rewrite(transcript.Recording{Transcript: r.Transcript()}); err != nil || f.Seq != 2 || !strings.HasSuffix(f.String(), "/T.html#seq=2\n") {
		t.Errorf("with faults: %v, %v", f, err)
	}
	part := r.Transcript().Conn(1).Kind(transcript.Accept)
	if err := f.Rewrite(transcript.Recording{Transcript: part}); err != nil || f.Seq != 5 {
		t.Errorf("of a part without faults: %v, %v; want its last event", f, err)
	}
	none, err := artifact.Write(dir, "none", transcript.Recording{})
	if err != nil || !strings.HasSuffix(none.String(), "/none.html\n") {
		t.Errorf("without an event: %v, %v", none, err)
	}
	if got := (artifact.Files{HTML: "C:/a b/T.html"}).String(); !strings.HasSuffix(got, "as a picture: file:///C:/a%20b/T.html\n") {
		t.Errorf("on Windows: %s", got)
	}
}

// Whatever a link in the directory names is not written to.
func TestWriteFollowsNoLink(t *testing.T) {
	outside, dir := filepath.Join(t.TempDir(), "victim"), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "T.jsonl")); err != nil {
		t.Skip(err)
	}
	if f := write(t, dir, "T", "x"); filepath.Base(f.JSONL) != "T-2.jsonl" {
		t.Errorf("it is written to %s", f.JSONL)
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("the link was followed")
	}
}

func TestWriteLetsEverybodyRead(t *testing.T) {
	if info, err := os.Stat(write(t, t.TempDir(), "T", "x").JSONL); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestWriteGivesAbsolutePaths(t *testing.T) {
	t.Chdir(t.TempDir())
	if f := write(t, "here", "T", "x"); !filepath.IsAbs(f.JSONL) {
		t.Errorf("the path is %s", f.JSONL)
	}
}

func TestWriteWithoutADirectory(t *testing.T) {
	file := write(t, t.TempDir(), "T", "x").JSONL
	if f, err := artifact.Write(file, "T", recording("x")); err == nil || f != (artifact.Files{}) {
		t.Errorf("in a file: %v, %v", f, err)
	}
}

func TestRewrite(t *testing.T) {
	f := write(t, t.TempDir(), "T", strings.Repeat("long", 1000))
	if err := f.Rewrite(recording("short")); err != nil {
		t.Fatal(err)
	}
	wantSent(t, f, "short")
	os.Remove(f.JSONL)
	if err := f.Rewrite(recording("x")); err == nil {
		t.Error("a file that is gone is made again")
	}
}

// inProcess is set in processes that write at the same time.
const inProcess = "ARTIFACT_TEST_DIR"

// Tests of several processes, and several of one, never share a file, or write into another's.
func TestWriteInParallelProcesses(t *testing.T) {
	if dir := os.Getenv(inProcess); dir != "" {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 10 {
					write(t, dir, "same", "whole")
				}
			})
		}
		all.Wait()
		return
	}
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
			cmd.Env = append(os.Environ(), inProcess+"="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	all.Wait()
	files := strings.Fields(names(t, dir))
	if len(files) != 320 {
		t.Errorf("%d files, want 320", len(files))
	}
	for _, name := range files {
		if base, is := strings.CutSuffix(filepath.Join(dir, name), ".jsonl"); is {
			wantSent(t, artifact.Files{JSONL: base + ".jsonl", HTML: base + ".html"}, "whole")
		}
	}
}
