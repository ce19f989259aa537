package examples_test

import (
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/examples/internal/asfound"
)

// The examples wait for many deadlines: among the everyday tests they would take as long
// as all others together.
func TestExamples(t *testing.T) {
	if os.Getenv("FAKEWIRE_EXAMPLES") == "" {
		t.Skip("set FAKEWIRE_EXAMPLES=1 to see what well-known clients and loggers keep")
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "examples")
}

// within is what clients promise with a deadline of their own; soon is good enough for the
// others.
const (
	within = time.Second
	soon   = within / 2
)

// found is what is known of the subjects.
var found = asfound.Read("README.md")

var _ = It("finds broken what the README calls broken, as it says", func(ctx SpecContext) {
	Expect(found.Check(ctx)).To(Succeed())
}, NodeTimeout(time.Minute))

var _ = It("attaches each subject in fifteen lines or fewer", func() {
	Expect(asfound.Lines(".")).To(And(HaveLen(7), HaveEach(BeNumerically("<=", 15))))
})

var _ = ReportAfterSuite("promises", scenarios.Summarize)

var _ = ReportAfterSuite("what the README says", func(r Report) { found.CompareReport(r) })
