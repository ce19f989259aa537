//go:build unix

package explore_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestIsolate runs trials in processes of their own in all surroundings that a test may have.
func TestIsolate(t *testing.T) {
	t.Parallel()
	f := buildFixture(t)
	for name, test := range map[string]func(*testing.T){
		"in subtests of any name":                      f.subtestsOfAnyName,
		"under the flags of tests":                     f.flagsOfTests,
		"in several searches of a test":                f.severalSearches,
		"leaves coverage to the test":                  f.coverage,
		"leaves the variables of a runner to the test": f.variablesOfARunner,
		"in specs":                          f.specs,
		"in specs of several processes":     f.specsOfSeveralProcesses,
		"goes on after a find":              f.goesOn,
		"finds what ends a process":         f.deaths,
		"says that a search is not reached": f.unreached,
		"leaves no process":                 f.parentIsKilled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

func (f fixture) subtestsOfAnyName(t *testing.T) {
	s := f.surround(t, nil, "-test.run=^TestNames$", "-test.v").run(t)
	s.wantPassed(t, 10)
	s.wantBodies(t, "TestNames/with_spaces", "TestNames/with/slashes//", `TestNames/[brackets|(and_so_on)]{2}.*+?^$\`, `TestNames/Äpfel_梨\x01`,
		"TestNames/"+strings.Repeat("long", 100), "TestNames/#00", "TestNames/twice", "TestNames/twice#01", "TestNames/#01", "TestNames/twice#01#01")
	of, _ := s.notes(t)
	for _, notes := range of {
		if strings.Contains(strings.Join(notes, "\n"), "body ") && !slices.Contains(notes, "body hello x") {
			t.Errorf("a child has not the program's own flag, or not the environment that it began with: %q", notes)
		}
	}
}

// What says how tests run, and what to write about them, is for the test's process alone.
func (f fixture) flagsOfTests(t *testing.T) {
	for _, test := range []struct {
		args     []string
		searches int
		bodies   []string
	}{
		{[]string{"-test.run=^TestNames$/^twice$", "-test.v=test2json", "-test.short"}, 1, []string{"TestNames/twice"}},
		{[]string{"-test.run=^TestNames$/with", "-test.count=2", "-test.v", "-test.cpu=1,2"}, 8, slices.Repeat([]string{"TestNames/with_spaces", "TestNames/with/slashes//"}, 4)},
		{[]string{"-test.run", "^TestParallel$", "-test.parallel", "3", "-test.v", "-test.shuffle=on", "-test.timeout=1m", "-test.paniconexit0"}, 3,
			[]string{"TestParallel/0", "TestParallel/1", "TestParallel/2"}},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			s := f.surround(t, nil, test.args...).run(t)
			s.wantPassed(t, test.searches)
			s.wantBodies(t, test.bodies...)
		})
	}
}

// Each search of a test has children of its own, which run what comes before it, and the test's cleanups.
func (f fixture) severalSearches(t *testing.T) {
	s := f.surround(t, nil, "-test.run=^TestSeveral$", "-test.v", "-test.count=2").run(t)
	s.wantPassed(t, 6)
	of, self := s.notes(t)
	if len(of) != 5 {
		t.Errorf("there were %d processes, want five", len(of))
	}
	for process, notes := range of {
		want := map[string]int{"body of search 0": 0, "body of search 1": 0, "body of search 2": 0, "cleanup": 1, "ends": 1}
		if process == self {
			want = map[string]int{"body of search 0": 0, "body of search 1": 16, "body of search 2": 0, "cleanup": 2, "ends": 1}
		} else if slices.Contains(notes, "body of search 0") {
			want["body of search 0"] = 8
		} else {
			want["body of search 2"] = 8
		}
		for note, n := range want {
			if got := strings.Count("\n"+strings.Join(notes, "\n")+"\n", "\n"+note+"\n"); got != n {
				t.Errorf("a process noted %q %d times, want %d", note, got, n)
			}
		}
	}
}

// The profile is that of the test's process, as if there were no others.
func (f fixture) coverage(t *testing.T) {
	dir := t.TempDir()
	s := f.surround(t, []string{"GOCOVERDIR=" + dir}, "-test.run=^TestNames$/twice", "-test.v", "-test.coverprofile=cover.out", "-test.cpuprofile=cpu.out", "-test.outputdir=.").run(t)
	s.wantPassed(t, 3)
	profile, err := os.ReadFile(filepath.Join(s.dir, "elsewhere", "cover.out"))
	if err != nil || !strings.HasPrefix(string(profile), "mode: ") {
		t.Fatalf("%v, %q", err, profile)
	}
	for f, want := range map[string]string{"onlyInTheTest": `[1-9][0-9]*`, "onlyInChildren": "0"} {
		if line := coverageOf(t, string(profile), f); !regexp.MustCompile(` 1 ` + want + `$`).MatchString(line) {
			t.Errorf("of %s the profile has %q, want %s", f, line, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		_, self := s.notes(t)
		if strings.HasPrefix(e.Name(), "covcounters") && !strings.Contains(e.Name(), "."+self+".") {
			t.Errorf("a child wrote %s", e.Name())
		}
	}
}

// A runner such as Bazel's tells a test by variables what to run, and watches it by files.
func (f fixture) variablesOfARunner(t *testing.T) {
	dir := t.TempDir()
	of := []string{"GOCOVERDIR=" + dir, "TEST_TOTAL_SHARDS=1", "TEST_SHARD_INDEX=0", "TEST_SHARD_STATUS_FILE=" + dir + "/shards", "TESTBRIDGE_TEST_ONLY=TestOther",
		"XML_OUTPUT_FILE=" + dir + "/xml", "TEST_PREMATURE_EXIT_FILE=" + dir + "/premature", "COVERAGE_DIR=" + dir, "TEST_TMPDIR=" + dir}
	s := f.surround(t, of, "-test.run=^TestNames$/^twice$", "-test.v").run(t)
	s.wantPassed(t, 1)
	notes, self := s.notes(t)
	for process, all := range notes {
		for _, e := range of {
			want := process == self || strings.HasPrefix(e, "TEST_TMPDIR=")
			if got := strings.Contains(all[0], " "+e); got != want {
				t.Errorf("in a process whose number is the test's (%t), %s is %t, want %t", process == self, e, got, want)
			}
		}
	}
}

// A spec is run by itself, with what is around it.
func (f fixture) specs(t *testing.T) {
	s := f.surround(t, nil, "-test.run=^TestSpecs$", "-ginkgo.v", "-ginkgo.randomize-all").run(t)
	s.wantPassed(t, 4)
	s.wantBodies(t, "a client (of [lines]) goes on", "a client (of [lines]) a client (of [lines]) goes on",
		"a client (of [lines]) is well when one of its answers is cut off: $5", "a client (of [lines]) in a container goes on")
}

// Of several processes that share a suite, each has children of its own, which are none of those.
func (f fixture) specsOfSeveralProcesses(t *testing.T) {
	s := f.surround(t, nil)
	ginkgo, err := exec.Command("go", "tool", "-n", "ginkgo").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(strings.TrimSpace(string(ginkgo)), "-procs=2", "-v", "--focus=answers|container", string(f), "--", "-test.run=^TestSpecs$", "-greeting=hello")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr
	s.cmd = cmd
	s.run(t).wantPassed(t, 2)
}

// What ends a child is a find: it is shrunk, run again, and explained like any other.
func (f fixture) deaths(t *testing.T) {
	const fixture = "github.com/fakewire/fakewire/nettest/explore/testdata/isolate."
	for name, want := range map[string][]string{
		"exit_well":      {"panic: the process ended: exit status 0"},
		"log.Fatal":      {"panic: the process ended: exit status 1", "it can't go on: EOF"},
		"kill":           {"panic: the process ended: signal: killed"},
		"panic":          {"panic: panic: unexpected: EOF", "\n        " + fixture + "(*client).mustNot("},
		"loud":           {"panic: fatal error: concurrent map", fixture + "writeTogether.func1("},
		"stack_overflow": {"panic: fatal error: stack overflow", fixture + "deeper("},
		"race":           {"data race: WARNING: DATA RACE", fixture + "writes("},
	} {
		t.Run(name, func(t *testing.T) {
			if under := name == "race"; under != underRace && name != "panic" {
				t.Skip("the race detector has it, and what it does not change is tried without")
			}
			t.Parallel()
			s := f.surround(t, nil, "-test.run=^TestDeaths$/^"+name+"$", "-test.v").run(t)
			if s.cmd.ProcessState.ExitCode() != 1 {
				t.Errorf("exit status %d, want 1", s.cmd.ProcessState.ExitCode())
			}
			s.wantSaid(t, append(want, "explore: 1 plan, 1 fired, 1 outcome, 1 broken", "it fails in 20 of 20", "not after 7", "--- FAIL: TestDeaths/"+name)...)
		})
	}
}

// What ends a child is no end of the search.
func (f fixture) goesOn(t *testing.T) {
	s := f.surround(t, nil, "-test.run=^TestAll$", "-test.v").run(t)
	s.wantSaid(t, "explore: 3 plans, 3 fired, 3 outcomes, stopped at 3 plans, 2 broken", "panic: panic: unexpected: EOF", "wrong answer: ask 1")
}

// A test that does something else when it runs by itself can't be isolated.
func (f fixture) unreached(t *testing.T) {
	s := f.surround(t, nil, "-test.run=^TestUnreached$").run(t)
	s.wantSaid(t, "--- FAIL: TestUnreached", "TestUnreached, run by itself, does not come to this search")
}

// When the test's process is killed, a child ends, whatever it is at.
func (f fixture) parentIsKilled(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := f.surround(t, []string{"FIXTURE_DIAL=" + l.Addr().String()}, "-test.run=^TestHangs$")
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute))
	conn, err := l.Accept()
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := bufio.NewReader(conn).ReadByte(); err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the child goes on: %v", err)
	}
}
