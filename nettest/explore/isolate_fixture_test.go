//go:build unix

package explore_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A fixture is the test program in testdata/isolate.
type fixture string

// buildFixture builds it: with coverage, and with the race detector if this program has it.
func buildFixture(t *testing.T) fixture {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds a test program")
	}
	program := filepath.Join(t.TempDir(), "isolate.test")
	if err := os.Mkdir(filepath.Join(filepath.Dir(program), "elsewhere"), 0o777); err != nil { // Ginkgo runs a program in its own folder
		t.Fatal(err)
	}
	args := []string{"test", "-c", "-cover", "-o", program}
	if underRace {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "./testdata/isolate")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return fixture(program)
}

// A surrounding is a run of the fixture's program.
type surrounding struct {
	dir string // which it begins in
	cmd *exec.Cmd
	out strings.Builder
}

// surround prepares a run in a folder of its own.
func (f fixture) surround(t *testing.T, env []string, args ...string) *surrounding {
	t.Helper()
	s := &surrounding{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.dir, "elsewhere"), 0o777); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(string(f), append(args, "-greeting=hello")...)
	s.cmd.Dir = s.dir
	s.cmd.Env = append(os.Environ(), append([]string{"FIXTURE_NOTES=" + filepath.Join(s.dir, "notes"), "GOCOVERDIR=", "GORACE=atexit_sleep_ms=0"}, env...)...)
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("it wrote\n%s", s.out.String())
		}
	})
	return s
}

// run runs it to its end.
func (s *surrounding) run(t *testing.T) *surrounding {
	t.Helper()
	var exit *exec.ExitError
	if err := s.cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return s
}

// wantPassed wants the program to have succeeded, after so many searches.
func (s *surrounding) wantPassed(t *testing.T, searches int) {
	t.Helper()
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if n := strings.Count(s.out.String(), "explore: 3 plans, 3 fired"); n != searches {
		t.Errorf("%d searches came to their end, want %d", n, searches)
	}
}

// wantSaid wants the program to have written all the words.
func (s *surrounding) wantSaid(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(s.out.String(), w) {
			t.Errorf("it did not say %q", w)
		}
	}
}

// notes returns what the processes noted, by process, and the number of the test's own.
func (s *surrounding) notes(t *testing.T) (of map[string][]string, self string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "notes"))
	if err != nil {
		t.Fatal(err)
	}
	of = map[string][]string{}
	for line := range strings.Lines(string(text)) {
		process, note, _ := strings.Cut(strings.TrimSpace(line), " ")
		if of[process] = append(of[process], note); self == "" {
			self = process
		}
	}
	return of, self
}

// wantBodies wants the body of each test to have run in children alone, and each child to have run one, and to have come to its end.
func (s *surrounding) wantBodies(t *testing.T, names ...string) {
	t.Helper()
	var got []string
	of, self := s.notes(t)
	for process, notes := range of {
		of := slices.DeleteFunc(slices.Clone(notes), func(n string) bool { return !strings.HasPrefix(n, "body of ") })
		slices.Sort(of)
		if of = slices.Compact(of); process == self && len(of) > 0 {
			t.Errorf("the body ran in the test's process: %q", of)
		} else if process != self && (len(of) != 1 || notes[len(notes)-1] != "ends") {
			t.Errorf("a child noted %q, want one body, and that it ends", notes)
		} else if process != self {
			got = append(got, strings.TrimPrefix(of[0], "body of "))
		}
	}
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("the bodies of children were %q, want %q", got, names)
	}
}

// coverageOf returns the line of a profile for a function of the fixture's.
func coverageOf(t *testing.T, profile, function string) string {
	t.Helper()
	const file = "cover.go"
	source, err := os.ReadFile(filepath.Join("testdata/isolate", file))
	if err != nil {
		t.Fatal(err)
	}
	at, _, _ := strings.Cut(string(source), "func "+function)
	line := strings.Count(at, "\n") + 1
	found := regexp.MustCompile(`(?m)^.*/` + file + `:` + fmt.Sprint(line) + `\..*$`).FindString(profile)
	if found == "" {
		t.Fatalf("%s is not in the profile:\n%s", function, profile)
	}
	return found
}
