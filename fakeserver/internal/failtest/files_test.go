package failtest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// recordings returns the names of the recordings in a directory and below, each of which can be read.
func recordings(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".jsonl" {
			return err
		}
		names = append(names, d.Name())
		_, err = transcript.ReadFile(path)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	slices.Sort(names)
	return names
}

// ofFiles are the recordings of TestFiles: of each server of a test that failed.
var ofFiles = []string{"TestFiles_bubble.jsonl", "TestFiles_stalls.jsonl", "TestFiles_two-.._both-tcp.jsonl", "TestFiles_two-.._both-udp.jsonl"}

func wantRecordings(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := recordings(t, dir); !slices.Equal(got, want) {
		t.Errorf("the recordings are %q, want %q", got, want)
	}
}

func TestFilesOfTestsThatFail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, _ := run(t, dir, "-test.run=^TestFiles$")
	wantRecordings(t, dir, ofFiles...)
	want(t, out, "failing_test.go:", "at the test's end: "+stalled, "transcript of TestFiles/stalls", "the whole record: "+dir+"/TestFiles_stalls.jsonl\n", "as a picture: file://"+dir+"/TestFiles_stalls.html#seq=4\n",
		"to look at it: go run github.com/fakewire/fakewire/fakeserver/cmd/fakeserver show "+dir+"/TestFiles_stalls.jsonl\n")
	want(t, out, "transcript of ../both (tcp", "transcript of ../both (udp", "the whole record: "+dir+"/TestFiles_two-.._both-tcp.jsonl\n",
		"the whole record: "+dir+"/TestFiles_two-.._both-udp.jsonl\n", "to look at it: ")
	wantTimes(t, 3, out, "to look at it: ")
	wantTimes(t, 0, out, "to keep this")
	wantTimes(t, 0, out, "ATTACHMENT")
}

// The files of each run stay: those of an attempt before, and those of -count.
func TestFilesOfTestsThatFailAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, dir, "-test.run=^TestFiles$/^stalls$", "-test.count=2")
	run(t, dir, "-test.run=^TestFiles$/^stalls$")
	wantRecordings(t, dir, "TestFiles_stalls-2.jsonl", "TestFiles_stalls-3.jsonl", "TestFiles_stalls.jsonl")
}

// go test -artifacts has a directory for each test.
func TestFilesAreWithTheTestsOwn(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	out, _ := run(t, other, "-test.run=^TestFiles$", "-test.artifacts", "-test.outputdir="+dir)
	wantRecordings(t, dir, ofFiles...)
	wantRecordings(t, other)
	want(t, out, "the whole record: "+dir+"/_artifacts/")
}

// Ginkgo's ArtifactDir is a new directory at each call, whatever -artifacts says.
func TestFilesOfSpecsAreInTheVariablesDirectory(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	run(t, dir, "-test.run=^TestSpecs$", "-ginkgo.focus=what fails files fails", "-test.artifacts", "-test.outputdir="+other)
	wantRecordings(t, dir, "files_fails.jsonl", "files_fails_in_a_bubble.jsonl", "files_fails_with_GinkgoTB.jsonl")
	wantRecordings(t, other)
}

func TestFilesAreOfferedOnce(t *testing.T) {
	t.Parallel()
	out, _ := run(t, "", "-test.run=^TestFiles$")
	wantTimes(t, 1, out, "to keep this as a file and as a picture: FAKEWIRE_ARTIFACTS=DIR, or go test -artifacts\n")
	out, _ = run(t, "", "-test.run=^TestFiles$/^passes$", "-test.v")
	wantTimes(t, 0, out, "FAKEWIRE_ARTIFACTS")
}

// Jenkins reads a line that has nothing else, and the files are there by then.
func TestFilesAreAttachedInCI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, _ := runWith(t, []string{"FAKEWIRE_ARTIFACTS=" + dir, "CI=true"}, "-test.run=^TestFiles$")
	lines := regexp.MustCompile(`(?m)^ *\[\[ATTACHMENT\|(.*)\]\]$`).FindAllStringSubmatch(out, -1)
	var got []string
	for _, line := range lines {
		got = append(got, filepath.Base(line[1]))
		if !filepath.IsAbs(line[1]) {
			t.Errorf("%s is no absolute path", line[1])
		}
		if _, err := os.Stat(line[1]); err != nil {
			t.Error(err)
		}
	}
	var both []string
	for _, name := range ofFiles {
		both = append(both, strings.TrimSuffix(name, ".jsonl")+".html", name)
	}
	if slices.Sort(got); !slices.Equal(got, both) {
		t.Errorf("attached are %q, want %q:\n%s", got, both, out)
	}
	for _, args := range [][]string{{"-test.run=^TestHang$", "-test.timeout=2s"}, {"-test.run=^TestPanic$"}} {
		out, _ := runWith(t, []string{"FAKEWIRE_ARTIFACTS=" + dir, "CI=true"}, args...)
		if n := len(regexp.MustCompile(`(?m)^ *\[\[ATTACHMENT\|.*\]\]$`).FindAllString(out, -1)); n != 2 {
			t.Errorf("%v: %d lines, want 2:\n%s", args, n, out)
		}
	}
}

func TestFilesAreInTheSummaryOfAStep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	summary := filepath.Join(dir, "summary.md")
	runWith(t, []string{"FAKEWIRE_ARTIFACTS=" + dir, "GITHUB_STEP_SUMMARY=" + summary, "GITHUB_WORKSPACE=" + dir}, "-test.run=^TestFiles$")
	runWith(t, []string{"FAKEWIRE_ARTIFACTS=", "GITHUB_STEP_SUMMARY=" + summary}, "-test.run=^TestPanic$")
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(text), "**TestFiles/stalls** failed\n\n| server |", "\n|---|", "\n| TestFiles/stalls (tcp 127.0.0.1", "fired once, on conn 1 at byte 4", "| TestFiles&#95;stalls.jsonl |\n",
		"**TestFiles/two** failed", "| ../both (tcp", "| ../both (udp", "**TestFiles/bubble** failed", "**TestPanic** failed", "| cut&#58; not reached", "|  |\n")
	if n := strings.Count(string(text), "** failed"); n != 4 {
		t.Errorf("%d tests failed, want 4: one passes, and one is skipped\n%s", n, text)
	}
}
