package scenarios_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// suite runs all specs.
var suite *testing.T

func TestScenarios(t *testing.T) {
	suite = t
	beginFixture(t)
	RegisterFailHandler(Fail)
	RunSpecs(t, "scenarios")
}

// The answers of the servers in these specs, and the deadline of their clients.
const (
	answer = "Hello from TCP server"
	within = time.Second
)

// A deadline far below within would be unfair to a subject on a busy machine, but where
// to break a promise is to wait, it saves time.
const soon = within / 2

// hasty returns a context in which a subject that hangs is soon given up on. Those
// that keep their promises get the usual time.
func hasty(ctx context.Context) context.Context {
	return scenarios.WithSlack(ctx, 500*time.Millisecond)
}

// always returns a factory of s.
func always[S scenarios.Subject](s S) func() S { return func() S { return s } }

// wantBroken wants an error that says which promise was broken, and shows how.
func wantBroken(err error, name, evidence string) {
	GinkgoHelper()
	Expect(err).To(MatchError(scenarios.ErrBroken))
	Expect(err.Error()).To(And(ContainSubstring(name), ContainSubstring(evidence), ContainSubstring("transcript of")))
}

var _ = It("catches a client that takes one Read for one message every time in 200 runs", func(ctx SpecContext) {
	for range 200 {
		c := reference.OneRead("PONG", within)
		c.Handler = fakeserver.Lines{Answer: func(string) string { return "PONG" }}
		wantBroken(scenarios.Run(ctx, scenarios.ReassemblesSplitReplies, always(c)), "reassembles split replies", `Do = "P", <nil>`)
	}
}, NodeTimeout(time.Minute))
