package scenarios_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = Describe("Promises", func() {
	It("lists those of each kind of subject", func() {
		Expect(scenarios.Promises[scenarios.TCPClient]()).To(ContainElement(HaveField("Name", scenarios.ReportsReset.Name)))
		Expect(scenarios.Promises[scenarios.UDPClient]()).To(ContainElement(HaveField("Name", scenarios.TakesDuplicateOnce.Name)))
		Expect(scenarios.Promises[scenarios.NetworkLogger]()).To(ContainElement(HaveField("Name", scenarios.CloseFlushes.Name)))
	})

	It("hands out a list of the caller's own", func() {
		scenarios.Promises[scenarios.TCPClient]()[0].Name = "spoiled"
		Expect(scenarios.Promises[scenarios.TCPClient]()).NotTo(ContainElement(HaveField("Name", "spoiled")))
	})
})
