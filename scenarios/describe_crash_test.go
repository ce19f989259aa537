package scenarios_test

import (
	"os"
	"os/exec"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("a crash in a goroutine that a subject has started", func() {
	It("names the promise and the subject", NodeTimeout(time.Minute), func(ctx SpecContext) {
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestScenarios$", "-ginkgo.no-color", "-ginkgo.label-filter="+fixtureLabel)
		cmd.Env = append(slices.DeleteFunc(os.Environ(), isGinkgoVariable), fixtureVariable+"=crash", "GODEBUG=tracebacklabels=1")
		out, err := cmd.CombinedOutput()
		Expect(err).To(HaveOccurred())
		Expect(string(out)).To(MatchRegexp(`panic: ouch\n\ngoroutine \d+.*"?promise"?: "?reassembles split replies"?.*"?subject"?: "?crashing"?`))
	})
})
