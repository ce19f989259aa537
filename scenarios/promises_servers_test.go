package scenarios_test

import (
	"cmp"
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

var _ = duels("a promise of a TCP client with several servers", 4,
	tcpEntry(scenarios.FailsOver, 2*within, reference.CarefulFailoverTCPClient, reference.AsksFirstOnly, `when server 1 of 2 refuses connections: Do = "", `),
	tcpEntry(scenarios.FailsOver, 2*within, reference.FailoverTCPClient, reference.TakesTurns, `of 2 refuses connections: Do = "", `),
	half(scenarios.FailsOver, 2*within, reference.GoesOnIfRefused, `when server 1 of 2 leaves connects without an answer: Do = "", `),
	half(scenarios.FailsOver, 2*within, reference.StaysWithItsChoice, `when the server that it had asked was gone, and connections ended by FIN: Ask(2) = "", `),
	setUpOf(scenarios.FailsOver, 2*within, reference.LogsInWithFailover, reference.GoesOnIfDialFails, `when a reset comes in the middle of the server's greeting of `),
	half(scenarios.SendsRequestOnce, 2*within, reference.FailoverTCPClient, `and the server got the request 2 times, want once`),
	tcpEntry(scenarios.FailsOverWhenUnanswered, 2*within, reference.FailoverTCPClient, reference.CarefulFailoverTCPClient, `when the server resets the connection on which its request begins, each time at the one that it asked first: Do = "", `),
	half(scenarios.FailsOverWhenUnanswered, 2*within, reference.AsksFirstOnly, `got its request, and a reset came in place of the answer, each time at the one that it asked first: Do = "", `),
	half(scenarios.FailsOverWhenUnanswered, 2*within, reference.GoesOnIfLost, `and no answer came, each time at the one that it asked first: Do = "", `),
)

var _ = duels("a promise of a UDP client with several servers", 4,
	broken(scenarios.AsksAnotherServer, reference.AsksFirstOnlyUDP(shouted, soon), `when the server that it asks first says nothing: Open and Ask(1) = "", `),
	broken(scenarios.AsksAnotherServer, reference.WaitsForFirstUDP(shouted, soon), `when the server that it asks first says nothing: Open and Ask(1) = "", `),
	broken(scenarios.AsksAnotherServer, reference.GivesUpIfUnreachableUDP(shouted, soon), `when server 1 of 2 has nothing at its port: Open and Ask(1) = "", `),
	broken(scenarios.AsksAnotherServer, reference.StaysUDP(shouted, soon), `when the server that it had asked says nothing any more: Ask(2) = "", `),
)

// What the kernel knows of a client's sockets is about all of its servers.
var _ = It("sees a descriptor of a connection to the last of two servers", func(ctx SpecContext) {
	c := reference.KnowsOne(scenarios.TCPClient{Handler: pongs, Want: "PONG", Within: soon, Do: forgets}, reference.Last)
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
	kept := map[string]bool{}
	for _, d := range allDuels {
		if kept[d.promise] { // once is enough
			d.last.keeps = nil
		}
		kept[d.promise] = kept[d.promise] || d.last.keeps != nil
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
