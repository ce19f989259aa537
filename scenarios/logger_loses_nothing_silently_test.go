package scenarios_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// A collector that took a line off the wire after its FIN would be no process that has ended: the
// line is lost in the logger's kernel, which answers nothing before the RST comes back.
var _ = It("loses a logger's line as the end of the collector's process does", func(ctx SpecContext) {
	err := scenarios.RunInMemory(ctx, suite, scenarios.LosesNothingSilently, always(reference.RedialsAtOnce(within)))
	wantBroken(err, "loses no line silently", "is answered with an RST: 1 of 4 lines did not arrive")
	Expect(err.Error()).NotTo(ContainSubstring("discarded"))
}, NodeTimeout(time.Minute))
