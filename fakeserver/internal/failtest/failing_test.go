package failtest

import (
	"context"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// failing is set where what is to fail is wanted.
var failing = os.Getenv("FAILTEST_FAILING") != ""

func onlyFailing(tb testing.TB) {
	if !failing {
		tb.Skip("only in a process of its own")
	}
}

// neverReached is a plan that Verify has something to say about.
var neverReached = fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(7).Named("cut")}}

// excused is a plan that Verify has nothing to say about.
var excused = fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(7).Named("cut").NeedNotFire()}}

// clients are kept from the garbage collector, which would close them.
var clients struct {
	mu  sync.Mutex // guards all
	all []net.Conn
}

// ping has the server record "PING " and the test's name, and leaves the connection open.
func ping(tb fakeserver.TB, srv *fakeserver.Server) net.Conn {
	c, err := srv.Dial(context.Background())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	clients.mu.Lock()
	clients.all = append(clients.all, c)
	clients.mu.Unlock()
	c.Write([]byte("PING " + tb.Name()))
	srv.Wait(context.Background(), func(t transcript.Transcript) bool { return len(t.FromClient()) > 0 })
	return c
}

// hang is a client without a deadline.
func hang(tb fakeserver.TB) {
	srv := fakeserver.Start(tb, fakeserver.Config{Faults: neverReached})
	ping(tb, srv).Read(make([]byte, 1))
}

func TestHang(t *testing.T)      { onlyFailing(t); hang(t) }
func BenchmarkHang(b *testing.B) { onlyFailing(b); hang(b) }

func FuzzHang(f *testing.F) {
	onlyFailing(f)
	hang(f)
	f.Fuzz(func(*testing.T, int) {})
}

func TestHangInParallel(t *testing.T) {
	onlyFailing(t)
	fakeserver.Start(t, fakeserver.Config{Name: "the parent's"})
	t.Run("passes", func(t *testing.T) {
		ping(t, fakeserver.Start(t, fakeserver.Config{})).Close()
	})
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) { t.Parallel(); hang(t) })
	}
}

// A lock does not count as waiting in a bubble, so this is no deadlock for it.
func hangInBubble(tb fakeserver.TB) {
	var n nettest.Network
	srv := fakeserver.Start(tb, fakeserver.Config{Transport: &n, Faults: neverReached})
	ping(tb, srv)
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}

func TestHangInABubble(t *testing.T) {
	onlyFailing(t)
	synctest.Test(t, func(t *testing.T) { hangInBubble(t) })
}

func TestHangAfterAStuckBubble(t *testing.T) {
	onlyFailing(t)
	t.Run("stuck", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			fakeserver.Start(tb, fakeserver.Config{Transport: new(nettest.Network)})
			select {}
		})
	})
	hang(t)
}

func TestPanic(t *testing.T) {
	onlyFailing(t)
	panics(t)
}

func panics(tb fakeserver.TB) {
	srv := fakeserver.Start(tb, fakeserver.Config{Faults: excused})
	ping(tb, srv)
	var nothing *net.Dialer
	nothing.KeepAlive++
}

func TestPanicInASubtest(t *testing.T) {
	onlyFailing(t)
	srv := fakeserver.Start(t, fakeserver.Config{Name: "the parent's"})
	ping(t, srv)
	t.Run("sub", func(t *testing.T) { panics(t) })
}

func TestPanicInABubble(t *testing.T) {
	onlyFailing(t)
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		srv := fakeserver.Start(t, fakeserver.Config{Transport: &n, Faults: excused})
		ping(t, srv)
		panic("oh no")
	})
}

func BenchmarkPanic(b *testing.B) { onlyFailing(b); panics(b) }
func FuzzPanic(f *testing.F)      { onlyFailing(f); panics(f) }

func TestGoexit(t *testing.T) {
	onlyFailing(t)
	ping(t, fakeserver.Start(t, fakeserver.Config{}))
	runtime.Goexit()
}

func TestRecoveredPanic(t *testing.T) {
	onlyFailing(t)
	defer func() { recover() }()
	ping(t, fakeserver.Start(t, fakeserver.Config{}))
	panic("recovered")
}

func startIt(t *testing.T) {
	t.Helper()
	fakeserver.Start(t, fakeserver.Config{Faults: neverReached}) // line: in helper
}

func TestLines(t *testing.T) {
	onlyFailing(t)
	t.Run("Start", func(t *testing.T) {
		fakeserver.Start(t, fakeserver.Config{Faults: neverReached}) // line: Start
	})
	t.Run("StartPacket", func(t *testing.T) {
		plan := fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Loss{Rate: 1})}}
		fakeserver.StartPacket(t, fakeserver.PacketConfig{Faults: plan}) // line: StartPacket
	})
	t.Run("StartListener", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		fakeserver.StartListener(t, ln, fakeserver.Config{Faults: neverReached}) // line: StartListener
	})
	t.Run("StartPacketConn", func(t *testing.T) {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		plan := fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Loss{Rate: 1})}}
		fakeserver.StartPacketConn(t, pc, fakeserver.PacketConfig{Faults: plan}) // line: StartPacketConn
	})
	t.Run("helper", func(t *testing.T) {
		startIt(t) // line: helper
	})
	t.Run("failed already", func(t *testing.T) {
		fakeserver.Start(t, fakeserver.Config{}) // line: failed already
		t.Error("wrong")
	})
	t.Run("can't start", func(t *testing.T) {
		fakeserver.Start(t, fakeserver.Config{Addr: "no address"}) // line: can't start
	})
	t.Run("in a bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fakeserver.Start(t, fakeserver.Config{Transport: new(nettest.Network), Faults: neverReached}) // line: in a bubble
		})
	})
}

func BenchmarkLines(b *testing.B) {
	onlyFailing(b)
	fakeserver.Start(b, fakeserver.Config{Faults: neverReached}) // line: benchmark
}

func TestSpecs(t *testing.T) {
	onlyFailing(t)
	gomega.RegisterFailHandler(Fail)
	suiteOf = t
	RunSpecs(t, "what fails")
}

var _ = Describe("a spec", func() {
	It("hangs", func() { hang(GinkgoT()) })
	It("hangs with GinkgoTB", func() { hang(GinkgoTB()) })
	It("panics", func() { panics(GinkgoT()) })
	It("times out", func(ctx SpecContext) {
		ping(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{Faults: neverReached}))
		<-ctx.Done()
	}, NodeTimeout(nodeTimeout()))
	It("times out with GinkgoTB", func(ctx SpecContext) {
		ping(GinkgoTB(), fakeserver.Start(GinkgoTB(), fakeserver.Config{Faults: neverReached}))
		<-ctx.Done()
	}, NodeTimeout(nodeTimeout()))
	It("fails at its end", func() {
		fakeserver.Start(GinkgoT(), fakeserver.Config{Faults: neverReached}) // line: GinkgoT
	})
	It("fails at its end with GinkgoTB", func() {
		fakeserver.Start(GinkgoTB(), fakeserver.Config{Faults: neverReached}) // line: GinkgoTB
	})
	It("fails at its end by a helper", func() {
		startInSpec() // line: Ginkgo helper
	})
	It("can't start", func() {
		fakeserver.Start(GinkgoT(), fakeserver.Config{Addr: "no address"}) // line: GinkgoT can't start
	})
	It("passes", func() {
		ping(GinkgoT(), fakeserver.Start(GinkgoT(), fakeserver.Config{}))
	})
})

// nodeTimeout is what a spec has to get as far as it is to get.
func nodeTimeout() time.Duration {
	d, err := time.ParseDuration(os.Getenv("FAILTEST_NODE_TIMEOUT"))
	if err != nil {
		return time.Second
	}
	return d
}

func startInSpec() {
	GinkgoHelper()
	fakeserver.Start(GinkgoT(), fakeserver.Config{Faults: neverReached})
}
