package fakewire_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/bundled"
)

var suite *testing.T

// The root suite is the main job: the bundled clients, logger and servers through
// every scenario, on real sockets and in memory.
func TestFakewire(t *testing.T) {
	suite = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "fakewire")
}

var _ = ReportAfterSuite("promises", scenarios.Summarize)

const (
	helloTCP = "Hello from TCP server\n"
	helloUDP = "Hello from UDP server\n"
	within   = time.Second      // what the bundled subjects promise
	bound    = 30 * time.Second // of a spec
)

// exchanging are the promises of the bundled TCP client about single exchanges.
var exchanging = scenarios.Keeps(
	scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.ReportsReset, scenarios.ReportsRefused, scenarios.SaysSoWhileRefused, scenarios.HonorsDeadline,
	scenarios.TriesAgainAfterReset, scenarios.NoDialStorm, scenarios.SendsRequestAgain, scenarios.LeavesNothingBehind, scenarios.StopsWhenTold, scenarios.SurvivesAnyWire,
)

var _ = tcpClient("the bundled TCP client with the simple server", func() scenarios.TCPClient {
	c := bundled.TCPClient(strings.TrimSpace(helloTCP), within)
	c.Handler = fakeserver.Reply{Data: helloTCP}
	return c
}, exchanging)

var _ = tcpClient("the bundled TCP client with the production server", func() scenarios.TCPClient {
	c := bundled.TCPClient("HELLO FROM THE CLIENT", within)
	c.Handler = fakeserver.Lines{}
	return c
}, exchanging, scenarios.Keeps(scenarios.TakesRepliesOneAtATime, scenarios.TriesAgainAfterRestart, scenarios.WorksAgainAfterCutReply, scenarios.SurvivesCorruptReply, scenarios.NoticesIdleClose, scenarios.KeepsAnswersApart))

var _ = tcpClient("the bundled TCP client with large requests", func() scenarios.TCPClient {
	return bundled.TCPClient("hello from the client", 3*within)
}, scenarios.Keeps(scenarios.HonorsDeadlineSending, scenarios.CopesWithFullWindow))

var _ = tcpClient("the bundled TCP client with one try", func() scenarios.TCPClient {
	return bundled.OneTryTCPClient("hello from the client", within)
}, scenarios.Keeps(scenarios.ReportsReset, scenarios.NoticesIdleClose, scenarios.SendsRequestOnce, scenarios.SurvivesAnyWire))

var _ = tcpClient("the bundled TCP client with two servers", func() scenarios.TCPClient {
	return bundled.FailoverTCPClient("hello from the client", 2*within)
}, scenarios.Keeps(scenarios.FailsOver, scenarios.FailsOverWhenUnanswered, scenarios.ReportsReset, scenarios.SaysSoWhileRefused, scenarios.HonorsDeadline,
	scenarios.TriesAgainAfterReset, scenarios.TriesAgainAfterRestart, scenarios.NoticesIdleClose, scenarios.KeepsAnswersApart, scenarios.LeavesNothingBehind, scenarios.SurvivesAnyWire))

var _ = tcpClient("the bundled TCP client with two servers and one request", func() scenarios.TCPClient {
	return bundled.CarefulFailoverTCPClient("hello from the client", 2*within)
}, scenarios.Keeps(scenarios.FailsOver, scenarios.SendsRequestOnce, scenarios.SurvivesAnyWire))

// asking are the promises of the bundled UDP client about single exchanges.
var asking = scenarios.Keeps(
	scenarios.HonorsDeadlineOnLoss, scenarios.TriesAgainAfterLoss, scenarios.ReportsUnreachablePort, scenarios.TakesDuplicateOnce,
	scenarios.RefusesTruncatedReply, scenarios.RefusesStrangers, scenarios.CopesWithEmptyDatagram, scenarios.CopesWithLargestDatagram, scenarios.SurvivesCorruptDatagram, scenarios.SurvivesAnyNetwork,
)

var _ = udpClient("the bundled UDP client with the UDP server", func() scenarios.UDPClient {
	c := bundled.PlainUDPClient(strings.TrimSpace(helloUDP), within)
	c.Handler = fakeserver.PacketReply{Data: helloUDP}
	return c
}, asking)

var _ = udpClient("the bundled UDP client with the production server", func() scenarios.UDPClient {
	c := bundled.UDPClient("HELLO FROM THE CLIENT", within)
	c.Handler = fakeserver.PacketLines{}
	return c
}, asking, scenarios.Keeps(scenarios.CopesWithReorderedReplies, scenarios.RefusesLateReply))

var _ = udpClient("the bundled UDP client with two servers", func() scenarios.UDPClient {
	c := bundled.FailoverUDPClient("HELLO FROM THE CLIENT", within)
	c.Handler = fakeserver.PacketLines{}
	return c
}, asking, scenarios.Keeps(scenarios.AsksAnotherServer, scenarios.RefusesLateReply))

// logging are the promises of all bundled loggers.
var logging = scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives, scenarios.CloseFlushes)

var _ = loggerOfAProcess("the standard logger over TCP", func() scenarios.NetworkLogger {
	return bundled.StandardLogger("tcp", within)
}, logging, scenarios.Keeps(scenarios.ResendsNothingTwice, scenarios.BoundedMemory, scenarios.CloseIsBounded, scenarios.CloseIsBoundedInAnOutage, scenarios.NoReconnectStorm))

var _ = loggerOfAProcess("the standard logger over UDP", func() scenarios.NetworkLogger {
	return bundled.StandardLogger("udp", within)
}, logging, scenarios.Keeps(scenarios.SurvivesRestart, scenarios.CopesWithLateCollector, scenarios.CloseIsBoundedInAnOutage, scenarios.SurvivesAnyCollector))

var _ = logger("the standard logger over a connection that comes back", func() scenarios.NetworkLogger {
	return bundled.NetworkLogger(within)
}, logging, scenarios.Keeps(scenarios.ReportsRefusedCollector, scenarios.CopesWithLateCollector, scenarios.SurvivesReset, scenarios.SurvivesRestart,
	scenarios.CountsLostLines, scenarios.ResendsNothingTwice, scenarios.LosesNothingSilently, scenarios.NeverBlocksItsCaller, scenarios.BoundedMemory,
	scenarios.CloseIsBounded, scenarios.CloseIsBoundedInAnOutage, scenarios.ReportsLinesAfterClose, scenarios.NoReconnectStorm, scenarios.SurvivesAnyCollector))

var _ = loggerOfAProcess("the standard logger over UDP that keeps its errors", func() scenarios.NetworkLogger {
	return bundled.UDPLogger(within)
}, logging, scenarios.Keeps(scenarios.ReportsRefusedCollector, scenarios.CopesWithLateCollector, scenarios.SurvivesRestart,
	scenarios.DeliversFirstLineAfterAnOutage, scenarios.CloseIsBoundedInAnOutage, scenarios.ReportsLinesAfterClose, scenarios.SurvivesAnyCollector))

// waiting are the promises that take about a second of a subject on sockets, or more, in which there is
// little to do but to wait for its deadlines, or to see that nothing comes.
var waiting = []string{
	scenarios.HonorsDeadline.Name, scenarios.HonorsDeadlineSending.Name, scenarios.NoDialStorm.Name, scenarios.LeavesNothingBehind.Name,
	scenarios.FailsOver.Name, scenarios.FailsOverWhenUnanswered.Name, scenarios.AsksAnotherServer.Name,
	scenarios.StopsWhenTold.Name, scenarios.KeepsAnswersApart.Name, scenarios.SurvivesCorruptReply.Name, scenarios.SendsRequestOnce.Name,
	scenarios.HonorsDeadlineOnLoss.Name, scenarios.RefusesLateReply.Name,
	scenarios.BoundedMemory.Name, scenarios.CloseIsBounded.Name, scenarios.CloseIsBoundedInAnOutage.Name, scenarios.NeverBlocksItsCaller.Name,
	scenarios.NoReconnectStorm.Name, scenarios.ReportsRefusedCollector.Name, scenarios.ReportsLinesAfterClose.Name,
	scenarios.SurvivesAnyWire.Name, scenarios.SurvivesAnyNetwork.Name, scenarios.SurvivesAnyCollector.Name,
}

// onSockets leaves a subject on sockets without the promises that wait, if one process runs all specs, one after
// the other: with several processes they wait at the same time, and in memory no time passes. With FAKEWIRE_SOCKETS
// set, nothing is left out.
func onSockets[S any](subject func() S) func() S {
	return func() S {
		process, _ := GinkgoConfiguration()
		if process.ParallelTotal == 1 && os.Getenv("FAKEWIRE_SOCKETS") == "" && slices.Contains(waiting, CurrentSpecReport().LeafNodeText) {
			Skip("on sockets this does little but wait: `go tool ginkgo -p .` runs it")
		}
		return subject()
	}
}

// inMemory is added to the text of a subject that runs there.
const inMemory = ", in memory"

// tcpClient registers a subject twice: on sockets and in memory.
func tcpClient(text string, subject func() scenarios.TCPClient, kept ...any) bool {
	where := types.NewCodeLocation(1)
	return scenarios.DescribeTCPClient(text, onSockets(subject), kept, where) && scenarios.DescribeTCPClient(text+inMemory, subject, kept, where, scenarios.InMemory(&suite))
}

func udpClient(text string, subject func() scenarios.UDPClient, kept ...any) bool {
	where := types.NewCodeLocation(1)
	return scenarios.DescribeUDPClient(text, onSockets(subject), kept, where) && scenarios.DescribeUDPClient(text+inMemory, subject, kept, where, scenarios.InMemory(&suite))
}

func logger(text string, subject func() scenarios.NetworkLogger, kept ...any) bool {
	where := types.NewCodeLocation(1)
	return scenarios.DescribeNetworkLogger(text, onSockets(subject), kept, where) && scenarios.DescribeNetworkLogger(text+inMemory, subject, kept, where, scenarios.InMemory(&suite))
}

var _ = DescribeTable("netcat as a test server over TCP", Label("tcp"), func(ctx SpecContext, network string) {
	var out bytes.Buffer
	srv := fakeserver.Start(GinkgoT(), fakeserver.Config{Network: network, Handler: fakeserver.Discard{To: &out}})
	Expect(bundled.SendTCP(ctx, srv.Addr(), "a line\n")).To(Succeed())
	Expect(srv.Wait(ctx, hungUp)).To(Succeed())
	Expect(srv.Close()).To(Succeed())
	Expect(out.String()).To(Equal("a line\n"))
	Expect(srv.Transcript().Conn(1).Ending(transcript.FromClient)).To(Equal(transcript.ByFIN))
},
	Entry("on IPv4", NodeTimeout(bound), "tcp4"), Entry("on IPv6", NodeTimeout(bound), "tcp6"))

var _ = DescribeTable("netcat as a test server over UDP", Label("udp"), func(ctx SpecContext, network string) {
	var out bytes.Buffer
	srv := fakeserver.StartPacket(GinkgoT(), fakeserver.PacketConfig{Network: network, Handler: fakeserver.PacketDiscard{To: &out}})
	for _, text := range []string{"first", "second"} {
		Expect(bundled.SendUDP(ctx, srv.Addr(), text)).To(Succeed())
	}
	Expect(srv.Wait(ctx, func(t transcript.Transcript) bool { return len(t.Datagrams(transcript.FromClient)) == 2 })).To(Succeed())
	Expect(datagrams(srv, transcript.FromClient)).To(Equal([]string{"first", "second"}))
},
	Entry("on IPv4", NodeTimeout(bound), "udp4"), Entry("on IPv6", NodeTimeout(bound), "udp6"))

var _ = Describe("the simple client", func() {
	It("leaves its bytes with the simple server, which answers and closes", Label("tcp"), NodeTimeout(bound), func(ctx SpecContext) {
		srv := fakeserver.Start(GinkgoT(), fakeserver.Config{Handler: fakeserver.Reply{Data: helloTCP, Logf: GinkgoT().Logf}})
		Expect(bundled.SendTCP(ctx, srv.Addr(), "hello")).To(Succeed())
		Expect(srv.Wait(ctx, func(t transcript.Transcript) bool { return string(t.ToClient()) == helloTCP })).To(Succeed())
		Expect(string(srv.Transcript().FromClient())).To(Equal("hello"))
	})

	It("leaves its lines with the production server, which sends them back in upper case", Label("tcp"), NodeTimeout(bound), func(ctx SpecContext) {
		srv := fakeserver.Start(GinkgoT(), fakeserver.Config{Handler: fakeserver.Lines{}})
		Expect(bundled.SendTCP(ctx, srv.Addr(), "one\ntwo\n")).To(Succeed())
		Expect(srv.Wait(ctx, hungUp)).To(Succeed())
		Expect(srv.Transcript().Lines()).To(Equal([]string{"one", "two"}))
	})

	It("for UDP leaves its datagram with the UDP server, which answers its address", Label("udp"), NodeTimeout(bound), func(ctx SpecContext) {
		srv := fakeserver.StartPacket(GinkgoT(), fakeserver.PacketConfig{Handler: fakeserver.PacketReply{Data: helloUDP}})
		Expect(bundled.SendUDP(ctx, srv.Addr(), "hello")).To(Succeed())
		answered := func(t transcript.Transcript) bool { return len(t.Datagrams(transcript.ToClient)) == 1 }
		Expect(srv.Wait(ctx, answered)).To(Succeed())
		Expect(datagrams(srv, transcript.FromClient)).To(Equal([]string{"hello"}))
	})
})

// hungUp reports whether the first client has hung up.
func hungUp(t transcript.Transcript) bool {
	return t.Conn(1).Ending(transcript.FromClient) != transcript.StillOpen
}

func datagrams(srv *fakeserver.PacketServer, d transcript.Direction) []string {
	var texts []string
	for _, p := range srv.Transcript().Datagrams(d) {
		texts = append(texts, string(p))
	}
	return texts
}

var _ = Describe("import rules", func() {
	DescribeTable("hold", func(ctx SpecContext, system string) {
		out, err := exec.CommandContext(ctx, "go", "run", "./scenarios/internal/imports", system).CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		Expect(out).To(BeEmpty())
	},
		Entry("on Linux", NodeTimeout(2*bound), "linux"),
		Entry("on macOS", NodeTimeout(2*bound), "darwin"), Entry("on Windows", NodeTimeout(2*bound), "windows"))

	It("let fakeserver register no flag", NodeTimeout(2*bound), func(ctx SpecContext) {
		out, err := exec.CommandContext(ctx, "go", "run", "./scenarios/internal/flags").CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		Expect(string(out)).To(Equal("flags:\n"))
	})
})
