package fakewire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/bundled"
)

// The root suite is the main job: the bundled clients, logger and servers through
// every scenario, on real sockets.
func TestFakewire(t *testing.T) {
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
	scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.ReportsReset, scenarios.ReportsRefused, scenarios.HonoursDeadline,
	scenarios.TriesAgainAfterReset, scenarios.SendsRequestAgain, scenarios.LeavesNothingBehind, scenarios.StopsWhenTold,
)

var _ = scenarios.DescribeTCPClient("the bundled TCP client with the simple server", func() scenarios.TCPClient {
	c := bundled.TCPClient(strings.TrimSpace(helloTCP), within)
	c.Handler = fakeserver.Reply{Data: helloTCP}
	return c
}, exchanging)

var _ = scenarios.DescribeTCPClient("the bundled TCP client with the production server", func() scenarios.TCPClient {
	c := bundled.TCPClient("HELLO FROM THE CLIENT", within)
	c.Handler = fakeserver.Lines{}
	return c
}, exchanging, scenarios.Keeps(scenarios.TakesRepliesOneAtATime, scenarios.TriesAgainAfterRestart, scenarios.NoticesIdleClose, scenarios.KeepsAnswersApart))

var _ = scenarios.DescribeTCPClient("the bundled TCP client with large requests", func() scenarios.TCPClient {
	return bundled.TCPClient("hello from the client", 3*within)
}, scenarios.Keeps(scenarios.HonoursDeadlineSending, scenarios.CopesWithFullWindow))

var _ = scenarios.DescribeTCPClient("the bundled TCP client with one try", func() scenarios.TCPClient {
	return bundled.OneTryTCPClient("hello from the client", within)
}, scenarios.Keeps(scenarios.ReportsReset, scenarios.NoticesIdleClose, scenarios.SendsRequestOnce))

// asking are the promises of the bundled UDP client about single exchanges.
var asking = scenarios.Keeps(
	scenarios.HonoursDeadlineOnLoss, scenarios.TriesAgainAfterLoss, scenarios.ReportsUnreachablePort, scenarios.TakesDuplicateOnce,
	scenarios.RefusesTruncatedReply, scenarios.RefusesStrangers, scenarios.CopesWithEmptyDatagram, scenarios.CopesWithLargestDatagram,
)

var _ = scenarios.DescribeUDPClient("the bundled UDP client with the UDP server", func() scenarios.UDPClient {
	c := bundled.PlainUDPClient(strings.TrimSpace(helloUDP), within)
	c.Handler = fakeserver.PacketReply{Data: helloUDP}
	return c
}, asking)

var _ = scenarios.DescribeUDPClient("the bundled UDP client with the production server", func() scenarios.UDPClient {
	c := bundled.UDPClient("HELLO FROM THE CLIENT", within)
	c.Handler = fakeserver.PacketLines{}
	return c
}, asking, scenarios.Keeps(scenarios.CopesWithReorderedReplies, scenarios.RefusesLateReply))

// logging are the promises of all bundled loggers.
var logging = scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives, scenarios.CloseFlushes)

var _ = scenarios.DescribeNetworkLogger("the standard logger over TCP", func() scenarios.NetworkLogger {
	return bundled.StandardLogger("tcp", within)
}, logging, scenarios.Keeps(scenarios.ResendsNothingTwice, scenarios.BoundedMemory, scenarios.CloseIsBounded, scenarios.NoReconnectStorm))

var _ = scenarios.DescribeNetworkLogger("the standard logger over UDP", func() scenarios.NetworkLogger {
	return bundled.StandardLogger("udp", within)
}, logging, scenarios.Keeps(scenarios.SurvivesRestart))

var _ = scenarios.DescribeNetworkLogger("the standard logger over a connection that comes back", func() scenarios.NetworkLogger {
	return bundled.NetworkLogger(within)
}, logging, scenarios.Keeps(scenarios.ReportsRefusedCollector, scenarios.SurvivesReset, scenarios.SurvivesRestart,
	scenarios.CountsLostLines, scenarios.ResendsNothingTwice, scenarios.NeverBlocksItsCaller, scenarios.BoundedMemory, scenarios.CloseIsBounded, scenarios.NoReconnectStorm))

var _ = scenarios.DescribeNetworkLogger("the standard logger over UDP that keeps its errors", func() scenarios.NetworkLogger {
	return bundled.UDPLogger(within)
}, logging, scenarios.Keeps(scenarios.ReportsRefusedCollector, scenarios.SurvivesRestart))

var _ = DescribeTable("netcat as a test server over TCP", Label("tcp"), func(ctx SpecContext, network string) {
	var out bytes.Buffer
	srv := fakeserver.Start(GinkgoT(), fakeserver.Config{Network: network, Handler: fakeserver.Discard{To: &out}})
	Expect(bundled.SendTCP(ctx, srv.Addr(), "a line\n")).To(Succeed())
	Expect(srv.Wait(ctx, hung)).To(Succeed())
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
		Expect(srv.Wait(ctx, hung)).To(Succeed())
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

// hung reports whether the first client has hung up.
func hung(t transcript.Transcript) bool {
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
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,Name,Standard,Imports", "./...")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		var problems bytes.Buffer
		cmd.Stderr = &problems
		out, err := cmd.Output()
		Expect(err).NotTo(HaveOccurred(), problems.String())
		graph, err := decode(out)
		Expect(err).NotTo(HaveOccurred())
		Expect(graph).To(HaveKey(module + "fakeserver"))
		Expect(graph.breaches()).To(BeEmpty())
	},
		Entry("on Linux", NodeTimeout(2*bound), "linux"),
		Entry("on macOS", NodeTimeout(2*bound), "darwin"), Entry("on Windows", NodeTimeout(2*bound), "windows"))

	It("let fakeserver register no flag", NodeTimeout(2*bound), func(ctx SpecContext) {
		out, err := exec.CommandContext(ctx, "go", "run", "./scenarios/internal/flags").CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		Expect(string(out)).To(Equal("flags:\n"))
	})

	DescribeTable("are found broken", func(name string, imports []string, want string) {
		sound := graph{"net": {Standard: true}, "testing": {Standard: true}, "net/x": {Standard: true, Imports: []string{"testing"}}}
		for _, dir := range []string{"fakeserver", "fakeserver/fault", "fakeserver/transcript", "fakeserver/internal/kernel", "scenarios", "nettest"} {
			sound[module+dir] = listed{}
		}
		Expect(sound.breaches()).To(BeEmpty(), "the control")
		sound[module+name] = listed{Imports: imports}
		Expect(sound.breaches()).To(ConsistOf(ContainSubstring(want)))
	},
		Entry(nil, "fakeserver/fault", []string{ginkgo}, "fakeserver/fault imports "+ginkgo),
		Entry(nil, "nettest", []string{ginkgo}, "nettest imports "+ginkgo),
		Entry(nil, "nettest", []string{gomega}, "nettest imports "+gomega),
		Entry(nil, "fakeserver/transcript", []string{"example.com/far"}, "fakeserver/transcript imports example.com/far"),
		Entry(nil, "fakeserver/fault", []string{"testing"}, "fakeserver/fault depends on testing"),
		Entry(nil, "fakeserver/script", []string{"net/x"}, "fakeserver/script depends on testing"),
		Entry(nil, "fakeserver/transcript", []string{module + "fakeserver/fault"}, "fakeserver/transcript imports fakeserver/fault"),
		Entry(nil, "fakeserver/fault", []string{module + "fakeserver"}, "fakeserver/fault imports fakeserver"),
		Entry(nil, "fakeserver/script", []string{module + "fakeserver/internal/kernel"}, "fakeserver/script imports fakeserver/internal/kernel"),
		Entry(nil, "nettest", []string{module + "scenarios"}, "nettest imports scenarios"),
	)
})

const (
	module = "github.com/fakewire/fakewire/"
	ginkgo = "github.com/onsi/ginkgo/v2"
	gomega = "github.com/onsi/gomega"
)

var (
	words  = []string{module + "fakeserver/fault", module + "fakeserver/transcript"}
	kernel = []string{module + "fakeserver/internal/kernel", "golang.org/x/sys/unix"}
	server = append([]string{module + "fakeserver"}, words...)
)

// mayImport says which packages, besides the standard library's, a package may
// import, or with a "/" at the end, all packages below. The first that fits counts.
var mayImport = []struct {
	dir   string
	lists [][]string
}{
	{"fakeserver", [][]string{words, kernel[:1]}},
	{"fakeserver/fault", [][]string{words[1:]}},
	{"fakeserver/transcript", [][]string{kernel[1:]}},
	{"fakeserver/transcript/", [][]string{words[1:]}},
	{"fakeserver/internal/kernel", [][]string{kernel[1:], {"golang.org/x/sys/windows"}}},
	{"fakeserver/internal/benchwork", [][]string{server, kernel}}, // its baseline is fair only with the same tricks
	{"fakeserver/internal/benchratio", [][]string{{module + "fakeserver/internal/benchwork"}}},
	{"fakeserver/cmd/", [][]string{server, {module + "fakeserver/script"}}},
	{"fakeserver/", [][]string{server}},
	{"nettest", [][]string{server, {gomega + "/types", gomega + "/format", gomega + "/gcustom", gomega + "/gbytes"}}},
}

// graph is what go list says, by import path.
type graph map[string]listed

type listed struct {
	ImportPath, Name string
	Standard         bool
	Imports          []string
}

func decode(list []byte) (graph, error) {
	g := graph{}
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return g, nil
		} else if err != nil {
			return nil, err
		}
		g[p.ImportPath] = p
	}
}

// breaches returns what breaks the rules of the project's own packages.
func (g graph) breaches() []string {
	var all []string
	for path, p := range g {
		name, ours := strings.CutPrefix(path, module)
		if !ours || strings.HasPrefix(name, "scenarios") {
			continue
		}
		for _, imported := range p.Imports {
			if !g[imported].Standard && !allowed(name, imported) {
				all = append(all, fmt.Sprintf("%s imports %s", name, strings.TrimPrefix(imported, module)))
			}
		}
		if strings.HasPrefix(name, "fakeserver") && p.Name != "main" && g.reaches(path, map[string]bool{}) {
			all = append(all, name+" depends on testing")
		}
	}
	return all
}

func allowed(name, imported string) bool {
	for _, rule := range mayImport {
		if name == rule.dir || strings.HasSuffix(rule.dir, "/") && strings.HasPrefix(name, rule.dir) {
			return slices.Contains(slices.Concat(rule.lists...), imported)
		}
	}
	return false
}

// reaches reports whether path depends on package testing, which registers flags,
// or on httptest, which does too.
func (g graph) reaches(path string, seen map[string]bool) bool {
	if path == "testing" || path == "net/http/httptest" {
		return true
	}
	if seen[path] {
		return false
	}
	seen[path] = true
	return slices.ContainsFunc(g[path].Imports, func(next string) bool { return g.reaches(next, seen) })
}
