package failtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An entry is what the report of a spec has of its servers.
type entry struct {
	Start   string
	Servers []struct {
		Server, State, Recording, Picture string
		Rules                             []string
		Seq                               int64
	}
}

// entriesOf returns a spec's entries, which must be small.
func entriesOf(t *testing.T, spec types.SpecReport) (all []entry) {
	t.Helper()
	for _, e := range spec.ReportEntries {
		if e.Name != "fakewire" {
			continue
		}
		var got entry
		if err := json.Unmarshal([]byte(e.Value.AsJSON), &got); err != nil {
			t.Fatalf("%s: %v", e.Value.AsJSON, err)
		}
		if n := len(e.Value.AsJSON); n > 4<<10 {
			t.Errorf("%s: the entry has %d bytes", spec.FullText(), n)
		}
		all = append(all, got)
	}
	return all
}

// specsOf reads a JSON report.
func specsOf(t *testing.T, file string) map[string]types.SpecReport {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var reports []types.Report
	if err := json.Unmarshal(text, &reports); err != nil {
		t.Fatal(err)
	}
	all := map[string]types.SpecReport{}
	for _, r := range reports {
		for _, s := range r.SpecReports {
			all[s.FullText()] = s
		}
	}
	return all
}

// wantEntry wants a spec that ended so, and whose report has so many entries: each with a file that has
// the record of the spec's server, and with the state.
func wantEntry(t *testing.T, spec types.SpecReport, state types.SpecState, entries int, clients string) {
	t.Helper()
	got := entriesOf(t, spec)
	if spec.State != state || len(got) != entries {
		t.Fatalf("%q: %v, with %d entries; want %v, with %d", spec.FullText(), spec.State, len(got), state, entries)
	}
	for _, e := range got {
		if len(e.Servers) != 1 || e.Servers[0].State != clients || !strings.HasPrefix(e.Start, "specs_failing_test.go:") && !strings.HasPrefix(e.Start, "failing_test.go:") {
			t.Errorf("%q: the entry is %+v, want the state %q", spec.FullText(), e, clients)
			continue
		}
		rec, err := transcript.ReadFile(e.Servers[0].Recording)
		if err != nil || rec.Origin.Test != spec.FullText() || rec.Report == nil {
			t.Errorf("%q: the recording is of %q, %v", spec.FullText(), rec.Origin.Test, err)
		}
	}
}

const stalled = "1 conn, 1 open; conn 1 stalled at byte 4 to the client by rule 2"

// wantSpecs wants of a run that each spec of "files", and the one that times out, has left what it should.
func wantSpecs(t *testing.T, specs map[string]types.SpecReport, dir string) {
	t.Helper()
	wantEntry(t, specs["files fails"], types.SpecStateFailed, 1, stalled)
	wantEntry(t, specs["files fails with GinkgoTB"], types.SpecStateFailed, 1, stalled)
	wantEntry(t, specs["files passes at last"], types.SpecStatePassed, 2, "1 conn, 1 open")
	wantEntry(t, specs["files passes"], types.SpecStatePassed, 0, "")
	wantEntry(t, specs["files fails in a bubble"], types.SpecStateFailed, 1, "0 conns")
	wantEntry(t, specs["a spec times out"], types.SpecStateTimedout, 1, "1 conn, 1 open")
	if e := entriesOf(t, specs["files fails"])[0].Servers[0]; e.Seq != 4 || filepath.Dir(e.Picture) != dir {
		t.Errorf("the picture is %s, at event %d; want it in %s, at the fault's", e.Picture, e.Seq, dir)
	}
	if n := specs["files passes at last"].NumAttempts; n != 3 {
		t.Errorf("it took %d attempts, want 3", n)
	}
	if got := entriesOf(t, specs["files fails"])[0].Servers[0].Rules; len(got) != 2 || got[0] != "2: fired once, on conn 1 at byte 4; 5 bytes came after it" {
		t.Errorf("the rules are %q", got)
	}
	if n := files(t, dir); n != 6 {
		t.Errorf("%d files, want 6: one for each failure", n)
	}
}

// focus is on the specs of wantSpecs.
const focus = "what fails (files|a spec times out$)"

func TestSpecsThatFailAreInReports(t *testing.T) {
	t.Parallel()
	for _, timeout := range []string{"100ms", "2s", "20s"} { // until the machine is fast enough
		reports, dir := t.TempDir(), t.TempDir()
		out, _ := runWith(t, []string{"FAKEWIRE_ARTIFACTS=" + dir, "CI=1", "FAILTEST_NODE_TIMEOUT=" + timeout}, "-test.run=^TestSpecs$", "-ginkgo.focus="+focus,
			"-ginkgo.json-report="+reports+"/report.json", "-ginkgo.junit-report="+reports+"/report.xml")
		specs := specsOf(t, reports+"/report.json")
		if len(entriesOf(t, specs["a spec times out"])) == 0 && timeout != "20s" {
			continue
		}
		wantSpecs(t, specs, dir)
		wantInJUnit(t, reports+"/report.xml", specs, "system-err")
		if !strings.Contains(out, "the whole record: "+dir) {
			t.Errorf("the files are not named:\n%s", out)
		}
		return
	}
}

// wantInJUnit wants the lines that attach the files of each spec that failed, on lines of their own in an
// element of its testcase.
func wantInJUnit(t *testing.T, file string, specs map[string]types.SpecReport, element string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, spec := range specs {
		for _, e := range entriesOf(t, spec) {
			_, rest, _ := strings.Cut(string(text), `name="[It] `+name+`"`)
			rest, _, _ = strings.Cut(rest, "</testcase>")
			_, rest, _ = strings.Cut(rest, "<"+element+">")
			rest, _, _ = strings.Cut(rest, "</"+element+">")
			for _, path := range []string{e.Servers[0].Recording, e.Servers[0].Picture} {
				line := regexp.MustCompile(`&#xA; *` + regexp.QuoteMeta("[[ATTACHMENT|"+path+"]]") + `&#xA;`)
				if !line.MatchString("&#xA;" + rest) {
					t.Errorf("%q: %s has no line for %s:\n%s", name, element, path, strings.ReplaceAll(rest, "&#xA;", "\n"))
				}
			}
		}
	}
}

// A process of a parallel run sends its entries to the first as JSON.
func TestSpecsThatFailAreInReportsOfParallelRuns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for _, timeout := range []string{"200ms", "5s", "30s"} {
		reports, dir := t.TempDir(), t.TempDir()
		cmd := exec.CommandContext(ctx, "go", "tool", "ginkgo", "-procs=2", "--no-color", "--output-dir="+reports, "--json-report=report.json", "--junit-report=report.xml",
			"--focus="+focus, os.Args[0], "--", "-test.run=^TestSpecs$")
		cmd.Env = append(os.Environ(), "FAILTEST_FAILING=1", "FAKEWIRE_ARTIFACTS="+dir, "CI=1", "GITHUB_STEP_SUMMARY=", "FAILTEST_NODE_TIMEOUT="+timeout)
		out, err := cmd.CombinedOutput()
		if ctx.Err() != nil {
			t.Fatalf("it hangs: %v\n%s", err, out)
		}
		specs := specsOf(t, filepath.Join(reports, "report.json"))
		if len(entriesOf(t, specs["a spec times out"])) == 0 && timeout != "30s" {
			continue
		}
		wantSpecs(t, specs, dir)
		wantInJUnit(t, reports+"/report.xml", specs, "system-err")
		delete(specs, "files fails in a bubble") // of which the failure has the lines
		wantInJUnit(t, reports+"/report.xml", specs, "system-out")
		return
	}
}

// defers is whether this Ginkgo has DeferOnFailure.
func defers() bool {
	_, has := any(ginkgo.GinkgoT()).(interface{ DeferOnFailure(args ...any) })
	return has
}

// Where Ginkgo can say that a spec has failed, its files are there before its teardown begins.
func TestSpecsThatFailLeaveFilesBeforeTheirTeardown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"files fails", "files fails with GinkgoTB"} {
		dir := t.TempDir()
		out, _ := run(t, dir, "-test.run=^TestSpecs$", "-ginkgo.focus="+name+"$")
		when, n := "at the test's end: ", 0
		if defers() {
			when, n = "the test failed after event 4: ", 1
		}
		want(t, out, fmt.Sprintf("in the teardown there are %d recordings", n), when+stalled)
		wantTimes(t, 1, out, "transcript of")
		if n := files(t, dir); n != 1 {
			t.Errorf("%d files, want 1", n)
		}
	}
}

// In a teardown a spec can't be told that DeferOnFailure would end the program.
func TestSpecsMayStartServersInTheirTeardown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, _ := run(t, dir, "-test.run=^TestSpecs$", "-ginkgo.focus=what fails a teardown")
	want(t, out, "1 Passed | 1 Failed")
	out, _ = run(t, "", "-test.run=^TestSpecs$", "-ginkgo.focus=what fails files fails$")
	want(t, out, "to keep this as a file and as a picture: FAKEWIRE_ARTIFACTS=DIR\n")
	if n := files(t, dir); n != 2 {
		t.Errorf("%d files, want 2:\n%s", n, out)
	}
}

func TestSpecsThatShareAServerLeaveItsRecordAsTheyFail(t *testing.T) {
	t.Parallel()
	if !defers() {
		t.Skip("this Ginkgo has no DeferOnFailure")
	}
	dir := t.TempDir()
	summary := filepath.Join(t.TempDir(), "summary.md")
	out, _ := runWith(t, []string{"FAKEWIRE_ARTIFACTS=" + dir, "GITHUB_STEP_SUMMARY=" + summary}, "-test.run=^TestSpecs$", "-ginkgo.focus=what fails an ordered container")
	want(t, out, "failing_test.go:", "of all (tcp ", "1 conn, 1 open", "the whole record: "+dir+"/an_ordered_container_fails_first-of_all.jsonl",
		"this server goes on; so far it has:", "the test failed after event 2\n", "transcript of of all", "1 Passed | 1 Failed")
	wantTimes(t, 1, out, "transcript of")
	if text, err := os.ReadFile(summary); err != nil || strings.Count(string(text), "**an ordered container fails first** failed") != 1 {
		t.Errorf("the summary is %q, %v", text, err)
	}
	if n := files(t, dir); n != 1 {
		t.Errorf("%d files, want 1:\n%s", n, out)
	}
}
