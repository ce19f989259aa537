package bubbletest

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// leak leaves a goroutine behind, which ends when NoLeaks has looked.
func leak(tb fakeserver.TB) {
	end := make(chan struct{})
	tb.Cleanup(func() { close(end) })
	nettest.NoLeaks(tb)   // line: looks
	go func() { <-end }() // line: left
}

var _ = Describe("around a spec", func() {
	It("nothing fails where all returns and ends", func() {
		nettest.NoLeaks(GinkgoT())
		fakeserver.Start(GinkgoT(), fakeserver.Config{})
		nettest.Within(GinkgoT(), time.Minute, func() {})
	})
	if !failing {
		return
	}
	It("fails in a call that fails", func() {
		nettest.Within(GinkgoT(), time.Minute, func() { gomega.NewGomega(Fail).Expect("in a call").To(gomega.BeEmpty()) })
		Fail("after a failure in a call")
	})
	It("fails where something is left", func() {
		bubble(leak)
	})
	It("fails where a call hangs", func() {
		nettest.Within(GinkgoT(), time.Millisecond, func() { select {} }) // line: hangs in a spec
		Fail("after a call that hangs")
	})
})

func TestAroundFails(t *testing.T) {
	if !failing {
		t.Skip("only in a process of its own")
	}
	t.Run("Hang", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			nettest.Within(tb, time.Hour, func() { select {} }) // line: hangs in a bubble
		})
	})
	t.Run("Leak", func(t *testing.T) {
		nettest.Bubble(t, leak)
	})
}
