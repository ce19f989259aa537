package scenarios_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// shouted is what a UDP client gets from shouts.
const shouted = "HELLO FROM THE CLIENT"

// shouts sends lines back in upper case, with their number.
var shouts = fakeserver.PacketLines{}

var _ = duels("a UDP client's promise is kept", 4, kept()...)

// kept returns the promises with the subject that keeps all of them.
func kept() (all []*duel) {
	for _, p := range scenarios.Promises[scenarios.UDPClient]() {
		c := reference.UDPClient(shouted, within)
		if p.Name == scenarios.AsksAnotherServer.Name {
			c = reference.FailoverUDPClient(shouted, within)
		}
		c.Handler = shouts
		all = append(all, duelOf(p, &c, nil, ""))
	}
	return all
}

var _ = duels("a UDP client's promise is found broken", 4,
	broken(scenarios.HonorsDeadlineOnLoss, reference.NoDeadlineUDP(shouted, soon), `with its requests lost: Open and Ask(1) did not return`),
	broken(scenarios.HonorsDeadlineOnLoss, reference.GuessesUDP(shouted, soon), `Do = "", <nil>`),
	broken(scenarios.TriesAgainAfterLoss, reference.AsksOnceUDP(shouted, soon), `with datagram 1 of 1 of its request lost once: Open and Ask(1) = "", read udp`),
	broken(scenarios.TakesDuplicateOnce, reference.TakesNextUDP(shouted, within), `delivered twice: in a session: Ask(2) = "HELLO FROM THE CLIENT", <nil>`),
	broken(scenarios.TakesDuplicateOnce, reference.StopsAtNoiseUDP(shouted, within), `in a session: Ask(2) = "", no reply to what was asked`),
	broken(scenarios.CopesWithReorderedReplies, reference.TakesNextUDP(shouted, within), `with datagram 1 from the server after the next: Ask(2) = "HELLO FROM THE CLIENT", <nil>`),
	broken(scenarios.CopesWithReorderedReplies, reference.TakesNextOnceUDP(shouted, within), `with datagram 1 from the server after the next: Ask(3) = "HELLO FROM THE CLIENT", <nil>`),
	broken(scenarios.RefusesLateReply, reference.TakesNextUDP(shouted, within), `before request 2: Ask(2) = "HELLO FROM THE CLIENT", <nil>`),
	broken(scenarios.RefusesLateReply, reference.DrainsUDP(shouted, within), `between request 2 and its reply: Ask(2) = "HELLO FROM THE CLIENT", <nil>`),
	broken(scenarios.RefusesTruncatedReply, reference.TakesHalvesUDP(shouted, within), `cut to 2 of 24 bytes: Open and Ask(1) = "", <nil>`),
	broken(scenarios.RefusesStrangers, reference.TrustsUDP(shouted, within, reference.Anyone), `with replies of a stranger at `),
	broken(scenarios.RefusesStrangers, reference.TrustsUDP(shouted, within, reference.SameHost), `Open and Ask(1) = "IELLO FROM THE CLIENT", <nil>`),
	broken(scenarios.RefusesStrangers, reference.TrustsUDP(shouted, within, reference.SamePort), `with replies of a stranger at 127.0.0.2:`),
	broken(scenarios.ReportsUnreachablePort, reference.TrustsUDP(shouted, soon, reference.OnlyServer), `a server that says nothing gives Open and Ask(1) = `),
	broken(scenarios.ReportsUnreachablePort, reference.HopesUDP(shouted, soon), `with nothing at the server's port: Open and Ask(1) = "", i/o timeout`),
	broken(scenarios.ReportsUnreachablePort, reference.GuessesUDP(shouted, soon), `Do = "", <nil>`),
	broken(scenarios.CopesWithEmptyDatagram, reference.TakesEmptyUDP(shouted, within), `with an empty datagram before its reply: Open and Ask(1) = "", EOF`),
	broken(scenarios.SurvivesCorruptDatagram, reference.PanicsAtGarbageUDP(shouted, soon), `flipped: Do panicked: runtime error: slice bounds out of range`),
	broken(scenarios.SurvivesCorruptDatagram, reference.GivesUpAtGarbageUDP(shouted, soon), `Ask(2) = "", the server is not in its right mind`),
	broken(scenarios.SurvivesAnyNetwork, reference.TakesNextUDP(shouted, within), `wrong answer: Ask 2 returned "HELLO FROM THE CLIENT" and no error`),
	broken(scenarios.SurvivesAnyNetwork, reference.NoDeadlineUDP(shouted, soon), `with blackhole to the client on conn 1: hang: Ask 1 did not return within 500ms, and 2s more`),
	broken(scenarios.SurvivesAnyNetwork, reference.GuessesUDP(shouted, soon), `wrong answer: Do 1 returned "" and no error, want "HELLO FROM THE CLIENT"`),
	broken(scenarios.CopesWithLargestDatagram, reference.PanicsAtNoiseUDP(shouted, within), `before its reply: Open and Ask(1) panicked: runtime error: slice bounds out of range`),
	broken(scenarios.CopesWithLargestDatagram, reference.StopsAtNoiseUDP(shouted, within), `before its reply: Open and Ask(1) = "", no reply`),
)

func broken(p scenarios.Promise[scenarios.UDPClient], breaks scenarios.UDPClient, evidence string) *duel {
	breaks.Handler = shouts
	return duelOf(p, nil, &breaks, evidence)
}

var _ = DescribeTable("Run says what a UDP client lacks that",
	func(ctx SpecContext, p scenarios.Promise[scenarios.UDPClient], c scenarios.UDPClient, kind error, message string) {
		err := scenarios.Run(ctx, p, always(c))
		Expect(err).To(MatchError(kind))
		Expect(err).NotTo(MatchError(scenarios.ErrBroken))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
	Entry("has no sessions", bound, scenarios.RefusesLateReply, reference.PlainUDPClient(lower, within), scenarios.ErrSubject, "Open is nil"),
	Entry("never asks the server", bound, scenarios.TriesAgainAfterLoss, says(lower, nil), scenarios.ErrInconclusive, "the server sent no reply"),
	Entry("never asks the server, with strangers about", bound, scenarios.RefusesStrangers, says(lower, nil), scenarios.ErrInconclusive, "the server sent no reply"),
	Entry("does not work", bound, scenarios.CopesWithEmptyDatagram, says("", errors.New("no")), scenarios.ErrInconclusive, `on a healthy wire: Do = "", no`),
)

// lower is what a UDP client gets from an echo.
const lower = "hello from the client"

// says returns a client that does nothing but say so.
func says(answer string, err error) scenarios.UDPClient {
	return scenarios.UDPClient{Want: lower, Within: soon, Do: func(context.Context, string) (string, error) { return answer, err }}
}

var _ = It("takes a UDP client's own words for an unreachable port if they come soon", bound, func(ctx SpecContext) {
	c := reference.PlainUDPClient(lower, within)
	ask := c.Do
	c.Do = func(ctx context.Context, addr string) (string, error) {
		answer, err := ask(ctx, addr)
		if err != nil {
			err = errors.New("the server is down")
		}
		return answer, err
	}
	Expect(scenarios.RunInMemory(ctx, suite, scenarios.ReportsUnreachablePort, always(c))).To(Succeed())
})

// bound ends a spec that hangs.
const bound = NodeTimeout(time.Minute)
