package failtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// stalling keeps what a server says after its 4th byte.
var stalling = fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Stall{}).AfterBytes(4).Named("2"), fault.FromClient(fault.Reset{}).AfterBytes(1 << 20).NeedNotFire()}}

// stall lets a client wait for the rest of an answer.
func stall(tb fakeserver.TB, srv *fakeserver.Server) {
	ping(tb, srv)
	srv.Wait(context.Background(), func(t transcript.Transcript) bool { return len(t.Faults()) > 0 })
}

// left says how many recordings there are.
func left(when string) {
	all, _ := filepath.Glob(filepath.Join(os.Getenv("FAKEWIRE_ARTIFACTS"), "*.jsonl"))
	GinkgoWriter.Printf("%s there are %d recordings\n", when, len(all))
}

// suiteOf is what TestSpecs is called with, for bubbles.
var suiteOf *testing.T

var _ = Describe("files", func() {
	AfterEach(func() { left("in the teardown") })

	It("fails", func() {
		stall(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{Handler: fakeserver.Reply{Data: "PONG PONG"}, Faults: stalling}))
		Fail("no answer")
	})
	It("fails with GinkgoTB", func() {
		stall(GinkgoTB(), fakeserver.Start(GinkgoTB(), fakeserver.Config{Handler: fakeserver.Reply{Data: "PONG PONG"}, Faults: stalling}))
		Fail("no answer")
	})
	attempts := 0
	It("passes at last", FlakeAttempts(3), func() {
		ping(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{}))
		if attempts++; attempts < 3 {
			Fail("not yet")
		}
	})
	It("fails in a bubble", func() {
		nettest.BubbleIn(suiteOf, GinkgoT(), func(tb fakeserver.TB) {
			fakeserver.Start(tb, fakeserver.Config{Transport: new(nettest.Network), Faults: neverReached})
		})
	})
	It("passes", func() { ping(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{})) })
})

var _ = Describe("a teardown", func() {
	JustAfterEach(func() { ping(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{Name: "just after"})) })
	AfterEach(func() { ping(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{Name: "after"})) })
	It("has servers of its own", func() {})
	It("has servers of its own when it failed", func() { Fail("it did") })
})

var _ = Describe("an ordered container", Ordered, ContinueOnFailure, func() {
	var srv *fakeserver.Server
	BeforeAll(func() { srv = fakeserver.Start(GinkgoT(), fakeserver.Config{Name: "of all"}) })
	It("fails first", func() {
		ping(GinkgoT(), srv)
		Fail("one")
	})
	It("passes then", func() { ping(GinkgoT(), srv) })
})
