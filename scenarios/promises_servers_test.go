package scenarios_test

import (
	"cmp"
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// What the kernel knows of a client's sockets is about all of its servers.
var _ = It("sees a descriptor of a connection to the last of two servers", func(ctx SpecContext) {
	c := reference.KnowsOne(reference.LeavesConn(echoed, soon), reference.Last)
	c.Handler = echoes
	wantBroken(scenarios.Run(hasty(ctx), scenarios.LeavesNothingBehind, always(c)), scenarios.LeavesNothingBehind.Name, "of a connection to the server (server 2)")
}, bound)

// allDuels are the duels of all tables.
var allDuels []*duel

// withLast returns what puts the promise to the test with a client that uses the last of two
// servers. For other subjects, and for those that have several servers anyway, there is none.
func withLast[S scenarios.Subject](p scenarios.Promise[S], subject *S) func(ctx context.Context) error {
	var last any
	switch c := any(*subject).(type) {
	case scenarios.TCPClient:
		if c.Servers > 0 {
			return nil
		}
		last = reference.KnowsOne(c, reference.Last)
	case scenarios.UDPClient:
		if c.Servers > 0 {
			return nil
		}
		last = reference.KnowsOneUDP(c, reference.Last)
	default:
		return nil
	}
	return func(ctx context.Context) error { return scenarios.RunInMemory(ctx, suite, p, always(last.(S))) }
}

var _ = Describe("A client that uses the last of two servers", func() {
	for _, d := range allDuels {
		if d.notInMemory || d.last.keeps == nil && d.last.breaks == nil {
			continue
		}
		It("is judged by what happens there: "+d.name, func(ctx SpecContext) {
			kept, broken := d.last.fight(hasty(ctx), false)
			Expect(kept).To(Succeed())
			if d.last.breaks != nil {
				wantBroken(broken, d.promise, cmp.Or(d.inMemory, d.evidence))
				Expect(broken).To(MatchError(ContainSubstring("transcript of scenario, server 2 (")))
			}
		}, bound)
	}
})
