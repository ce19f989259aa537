package decorators_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/bundled"
)

func TestDecorators(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "decorators")
}

// around counts the nodes that AroundNode was asked about.
var around int

var _ = scenarios.DescribeTCPClient("the bundled TCP client", func() scenarios.TCPClient {
	report := CurrentSpecReport()
	Expect(report.SpecPriority).To(Equal(7))
	Expect(report.SemVerConstraints()).To(ConsistOf(">= 1.0.0"))
	Expect(report.ComponentSemVerConstraints()).To(HaveKeyWithValue("redis", ConsistOf(">= 8.0.0")))
	Expect(around).To(BeNumerically(">", 0))
	return bundled.TCPClient("hello from the client", time.Second)
}, scenarios.Keeps(scenarios.ReassemblesSplitReplies), SpecPriority(7), SemVerConstraint(">= 1.0.0"), ComponentSemVerConstraint("redis", ">= 8.0.0"),
	AroundNode(func(ctx context.Context) context.Context { around++; return ctx }))
