package thirdparty_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9/logging"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/examples/internal/asfound"
)

func TestThirdParty(t *testing.T) {
	logging.Disable() // go-redis would say on the terminal that nobody listens
	RegisterFailHandler(Fail)
	RunSpecs(t, "thirdparty")
}

// within is what clients promise. The logger promises three times that: a flood takes
// its time.
const within = time.Second

// found is what is known of the subjects.
var found = asfound.Read("../README.md")

var _ = It("finds broken what the README calls broken, as it says", func(ctx SpecContext) {
	Expect(found.Check(ctx)).To(Succeed())
}, NodeTimeout(time.Minute))

var _ = It("attaches each subject in fifteen lines or fewer", func() {
	Expect(asfound.Lines(".")).To(And(HaveLen(2), HaveEach(BeNumerically("<=", 15))))
})

var _ = ReportAfterSuite("promises", scenarios.Summarize)

var _ = ReportAfterSuite("what the README says", func(r Report) { found.CompareReport(r) })
