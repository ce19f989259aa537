package bubbletest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// failing is set where the parts that fail should run.
var failing = os.Getenv("BUBBLETEST_FAILING") != ""

// suite runs all specs.
var suite *testing.T

func TestSuite(t *testing.T) {
	suite = t
	RunSpecs(t, "bubbles")
}

// bubble is a helper such as a suite may have.
func bubble(body func(fakeserver.TB)) {
	GinkgoHelper()
	nettest.BubbleIn(suite, GinkgoT(), body)
}

func fail(tb fakeserver.TB) {
	tb.Helper()
	tb.Fatalf("by a helper")
}

var _ = Describe("a bubble", func() {
	It("passes hours at once, with a server whose cleanup is inside", func() {
		begin := time.Now()
		bubble(func(tb fakeserver.TB) {
			var n nettest.Network
			srv := fakeserver.Start(tb, fakeserver.Config{Transport: &n, Handler: fakeserver.Lines{}})
			c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
			g := gomega.NewGomega(func(message string, _ ...int) { tb.Helper(); tb.Fatalf("%s", message) })
			g.Expect(err).NotTo(gomega.HaveOccurred())
			inside := time.Now()
			c.Read(make([]byte, 1)) // until the server's minute of idleness is over
			g.Expect(time.Since(inside)).To(gomega.Equal(time.Minute))
			time.Sleep(24 * time.Hour)
			c.Close()
		})
		gomega.NewGomega(Fail).Expect(time.Since(begin)).To(gomega.BeNumerically("<", time.Hour))
	})
})

var _ = Describe("in a bubble", Ordered, ContinueOnFailure, func() {
	if !failing {
		return
	}
	It("a Fatalf ends the body", func() {
		bubble(func(tb fakeserver.TB) { // line: call of first
			tb.Cleanup(func() { tb.Logf("the cleanup runs") })
			tb.Errorf("first: %d", 1) // line: first
			fail(tb)                  // line: helper
			tb.Errorf("after a Fatalf")
		})
	})
	It("a Gomega assertion fails", func() {
		bubble(func(tb fakeserver.TB) { // line: call of gomega
			gomega.NewWithT(tb).Expect(1).To(gomega.Equal(2)) // line: gomega
		})
	})
	It("a deadlock fails", func() {
		bubble(func(tb fakeserver.TB) {
			tb.Logf("said before the deadlock")
			func() { <-make(chan bool) }()
		})
	})
	It("a goroutine that stays fails", func() {
		bubble(func(tb fakeserver.TB) {
			go func() {
				<-make(chan bool) // line: stays
			}()
		})
	})
	It("a lock that is never free fails", func() {
		bubble(func(tb fakeserver.TB) {
			var mu sync.Mutex
			mu.Lock()
			time.AfterFunc(time.Hour, mu.Unlock)
			mu.Lock() // line: lock
		})
	})
	It("a server's cleanup fails", func() {
		bubble(func(tb fakeserver.TB) { // line: call of server
			var n nettest.Network
			fakeserver.Start(tb, fakeserver.Config{Transport: &n, Faults: neverReached}) // line: server
		})
	})
	It("a panic is one", func() {
		bubble(func(tb fakeserver.TB) { panic("oh no") })
	})
	It("comes last and passes", func() {
		bubble(func(tb fakeserver.TB) { time.Sleep(time.Hour) })
	})
})

func TestFailures(t *testing.T) {
	if !failing {
		t.Skip("only in a process of its own")
	}
	t.Run("Errorf", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			tb.Errorf("wrong") // line: plain
			fail(tb)           // line: plain helper
		})
	})
	t.Run("Deadlock", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) { select {} })
	})
	t.Run("Lock", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			var mu sync.RWMutex
			mu.Lock()
			mu.RLock() // line: plain lock
		})
	})
	t.Run("Fatalf", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			tb.Fatalf("in the bubble") // line: plain fatal
		})
		t.Log("after a Fatalf")
	})
	t.Run("Last", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) { time.Sleep(time.Hour) })
	})
}
