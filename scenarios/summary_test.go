package scenarios_test

import (
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"
)

// someSubjects are those of the fixture with one of each verdict.
const someSubjects = "keeper|breaker|lying|empty subject|wrong argument|factory|virtual good|learner"

var _ = Describe("the summary at the end of a run", func() {
	It("is in the terminal and in the JSON and JUnit reports", NodeTimeout(time.Minute), func(ctx SpecContext) {
		s := summaryOf(ctx, os.Args[0], "-ginkgo.focus="+someSubjects)
		wantAllVerdicts(s)
		for _, text := range []string{s.terminal, s.junit} {
			Expect(text).To(MatchRegexp(`on sockets: 1 kept, 1 broken, 1 inconclusive, 2 invalid, 1 failed, \d+ not promised, \d+ not run`))
			Expect(text).To(MatchRegexp(`in memory: 1\d kept, 1 broken, \d not applicable, \d+ not promised`))
			Expect(text).To(MatchRegexp(`\[\d+\] breaker\n`))
			Expect(text).To(MatchRegexp(`\[\d+\] virtual good \(in memory\)\n`))
			Expect(text).To(ContainSubstring("scenarios.Keeps(scenarios.ReassemblesSplitReplies) // keeper\n"))
			Expect(text).To(MatchRegexp(`reassembles split replies +kept +broken +invalid +inconclusive +failed`))
			Expect(text).To(MatchRegexp(`is attached to its scenarios +invalid`))
			Expect(text).To(MatchRegexp(`reports a reset +– +– +–`))
			Expect(text).To(MatchRegexp(`takes replies that arrive together one at a time .* n/a\n`))
			Expect(text).To(MatchRegexp(`scenarios.Keeps\(scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, .*\) // learner \(in memory\)\n`))
		}
		Expect(s.terminal).NotTo(MatchRegexp(`\] last\n|honors its deadline when the reply is lost`))
		Expect(s.location.FileName).To(HaveSuffix("describe_fixture_test.go"))
	})

	It("is about all processes", NodeTimeout(2*time.Minute), func(ctx SpecContext) {
		s := summaryOf(ctx, "go", "tool", "ginkgo", "--procs=2", "--focus="+someSubjects, "--keep-going")
		wantAllVerdicts(s)
		Expect(s.terminal).To(MatchRegexp(`reassembles split replies +kept +broken +invalid +inconclusive +failed`))
	})

	It("says so when nothing ran", NodeTimeout(time.Minute), func(ctx SpecContext) {
		s := summaryOf(ctx, os.Args[0], "-ginkgo.dry-run")
		Expect(s.verdicts).NotTo(BeEmpty())
		Expect(s.terminal).To(MatchRegexp(`\n +on sockets: \d+ not run\n +in memory: \d+ not run\n`))
		Expect(s.terminal).NotTo(ContainSubstring("reassembles split replies  "))
		for what, verdict := range s.verdicts {
			Expect(verdict).To(Equal("not run"), what)
		}
	})
})

// wantAllVerdicts wants one of each kind.
func wantAllVerdicts(s summary) {
	GinkgoHelper()
	for what, verdict := range map[string]string{
		"keeper reassembles split replies":               "kept",
		"breaker reassembles split replies":              "broken",
		"lying reassembles split replies":                "inconclusive",
		"empty subject reassembles split replies":        "invalid",
		"wrong argument is attached to its scenarios":    "invalid",
		"factory reassembles split replies":              "failed",
		"keeper reports a reset":                         "not promised",
		"virtual good reassembles split replies":         "kept",
		"learner reassembles split replies":              "kept",
		"learner keeps answers apart":                    "not applicable",
		"last reassembles split replies":                 "not run",
		"udp honors its deadline when the reply is lost": "not run",
	} {
		Expect(s.verdicts).To(HaveKeyWithValue(what, verdict))
	}
}

// summary is what a run says of promises.
type summary struct {
	terminal, junit string
	location        types.CodeLocation
	verdicts        map[string]string // by the subject and the promise
}

// summaryOf runs the suites of describe_fixture_test.go, and no other test, in a child
// process: this program, or Ginkgo with its flags.
func summaryOf(ctx SpecContext, name string, args ...string) summary {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	jsonFile, junitFile := filepath.Join(dir, "report.json"), filepath.Join(dir, "report.xml")
	for _, flag := range []string{"label-filter=" + fixtureLabel, "json-report=" + jsonFile, "junit-report=" + junitFile, "no-color"} {
		args = append(args, flagOf(name)+flag)
	}
	if name != os.Args[0] {
		args = append(args, os.Args[0], "--")
	}
	args = append(args, "-test.run=^TestScenarios$")
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isGinkgoVariable), fixtureVariable+"=1")
	out, _ := cmd.CombinedOutput() // some of its specs fail
	s := summary{terminal: string(out), verdicts: map[string]string{}}
	data, err := os.ReadFile(junitFile)
	Expect(err).NotTo(HaveOccurred(), "%s", out)
	s.junit = html.UnescapeString(string(data))
	data, err = os.ReadFile(jsonFile)
	Expect(err).NotTo(HaveOccurred(), "%s", out)
	s.read(data)
	return s
}

// flagOf returns how a flag of Ginkgo's begins.
func flagOf(name string) string {
	if name == os.Args[0] {
		return "-ginkgo."
	}
	return "--"
}

// read takes the verdicts from a JSON report.
func (s *summary) read(data []byte) {
	GinkgoHelper()
	var reports []types.Report
	Expect(json.Unmarshal(data, &reports)).To(Succeed())
	Expect(reports).To(HaveLen(1))
	var entries types.ReportEntries
	for _, spec := range reports[0].SpecReports {
		if spec.LeafNodeType.Is(types.NodeTypeReportAfterSuite) && spec.LeafNodeText == "promises" {
			entries = append(entries, spec.ReportEntries...)
		}
	}
	Expect(entries).To(HaveLen(1))
	s.location = entries[0].Location
	var findings []struct{ Subject, Promise, Verdict string }
	Expect(json.Unmarshal([]byte(entries[0].Value.AsJSON), &findings)).To(Succeed())
	for _, f := range findings {
		s.verdicts[f.Subject+" "+f.Promise] = f.Verdict
	}
}
