package readme

import (
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// testFailing runs a block whose test fails, as client_test.go. It returns an error unless that prints what the block after
// it says.
func (m module) testFailing(t *testing.T, b block) error {
	t.Helper()
	if _, err := testNames(b); err != nil {
		return err
	}
	pkg := fmt.Sprintf("line%dfails", b.line)
	m.write(t, filepath.Join(pkg, "client_test.go"), b.text)
	out, err := m.goCommand(t.Context(), m.dir, "test", "-count=1", "-timeout=2m", "./"+pkg)
	failed := new(exec.ExitError)
	begin, end := strings.Index(out, "--- FAIL"), strings.Index(out, "\nFAIL\n")
	if !errors.As(err, &failed) || begin < 0 || end < begin {
		return fmt.Errorf("README.md:%d: it is to fail, and go test: %v\n%s", b.line, err, out)
	}
	if printed := out[begin : end+1]; comparableText(printed) != comparableText(b.prints.text) {
		return fmt.Errorf("README.md:%d: what the test prints is\n%s", b.prints.line, printed)
	}
	return nil
}

// What is another in each run of a test. Durations are those of package testing, and times are those of a transcript.
var (
	duration  = regexp.MustCompile(`\(\d+\.\d\ds\)`)
	eventTime = regexp.MustCompile(`\d+\.\d{6}s`)
	localPort = regexp.MustCompile(`127\.0\.0\.1:\d+`)
)

// comparableText returns what a test has printed without what is another in each run.
func comparableText(printed string) string {
	printed = duration.ReplaceAllString(printed, "(0.00s)")
	printed = eventTime.ReplaceAllString(printed, "0.000000s")
	printed = localPort.ReplaceAllString(printed, "127.0.0.1:0")
	lines := strings.Split(printed, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	sortEvents(lines)
	return strings.Join(lines, "\n")
}

// event is a line of a transcript: its number, its time, and what it is about.
var event = regexp.MustCompile(`^ +\d+ +(0\.000000s +(server|conn \d+) .*)`)

// sortEvents takes the numbers from a transcript's events, and orders them by connections, with those of the server at the
// end: which of them come first depends on the goroutines.
func sortEvents(lines []string) {
	first := slices.IndexFunc(lines, event.MatchString)
	if first < 0 {
		return
	}
	n := 0
	for n < len(lines)-first && event.MatchString(lines[first+n]) {
		lines[first+n] = event.ReplaceAllString(lines[first+n], "$1")
		n++
	}
	slices.SortStableFunc(lines[first:first+n], func(a, b string) int { return subject(a) - subject(b) })
}

// subject orders events by what they are about.
func subject(line string) int {
	var conn int
	if _, err := fmt.Sscanf(strings.TrimSpace(line), "0.000000s conn %d", &conn); err != nil {
		return math.MaxInt // the server
	}
	return conn
}

func TestComparableTextIsTheSameInEachRun(t *testing.T) {
	const one = "--- FAIL: Test (0.01s)\n" +
		"   transcript of Test (tcp 127.0.0.1:43223): 1 conn, 3 events\n" +
		"       1    0.000237s  conn 1              accept    127.0.0.1:54076\n" +
		"       2    0.026040s  server              refused   closed\n" +
		"       3    0.026038s  conn 1              close    \n"
	const other = "--- FAIL: Test (1.10s)\n" +
		"   transcript of Test (tcp 127.0.0.1:1): 1 conn, 3 events\n" +
		"       1    2.000237s  conn 1              accept    127.0.0.1:2\n" +
		"       2    3.026040s  conn 1              close\n" +
		"       3    3.026038s  server              refused   closed\n"
	if got, want := comparableText(one), comparableText(other); got != want {
		t.Errorf("comparableText = %q, and of another run %q", got, want)
	}
	for _, s := range []string{"conn 1 ", "accept", "refused", "3 events", "close"} {
		if comparableText(strings.Replace(one, s, "x", 1)) == comparableText(one) {
			t.Errorf("without %q it is the same", s)
		}
	}
}
