package isolate

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/nettest/explore"
)

var suite *testing.T

func TestSpecs(t *testing.T) {
	suite = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "the suite")
}

// spec is a search in a spec.
func spec(text string, broken func(error)) {
	It(text, func() {
		onlyInTheTest()
		cfg := quick()
		cfg.Suite = suite
		DeferCleanup(func() { note("cleanup") })
		explore.TCP(GinkgoT(), cfg, asks(CurrentSpecReport().FullText(), broken))
	})
}

var _ = Describe("a client (of [lines])", func() {
	spec("goes on", right)
	spec("a client (of [lines]) goes on", right)
	spec("is well when one of its answers is cut off: $5", right)
	Context("in a container", func() { spec("goes on", right) })
})
