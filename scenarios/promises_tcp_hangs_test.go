package scenarios_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// A client that hangs when its answer does not come keeps no promise about what it does
// then. But it must not be accused of more: it sent nothing twice, and took no answer for
// another.
var _ = DescribeTable("of a client that hangs, it says that and no more, in a promise about",
	func(ctx SpecContext, p tcpPromise, evidence string) {
		c := reference.OneTryTCPClient(echoed, time.Minute)
		c.Handler, c.Within = echoes, soon
		err := run(hasty(ctx), p, always(c))
		wantBroken(err, p.Name, evidence)
		Expect(err.Error()).NotTo(Or(ContainSubstring("want once"), ContainSubstring("Ask(2) =")))
	},
	Entry("requests sent twice", NodeTimeout(time.Minute), scenarios.SendsRequestOnce,
		"and no answer came: Do did not return within 1s, which is the 500ms that it promised and 500ms more, want an error: its answer was lost"),
	Entry("answers mixed up", NodeTimeout(time.Minute), scenarios.KeepsAnswersApart,
		"Ask(1) did not return within 1s, which is the 500ms that it promised and 500ms more, want an error: no answer came"),
)
