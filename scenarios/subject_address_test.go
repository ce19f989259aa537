package scenarios_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// ofName is what the client of these specs asks for. By datagram it is told to ask again.
var (
	tooLong = fakeserver.PacketReply{Data: "TC"}
	ofName  = fakeserver.Lines{Answer: func(name string) string { return "address of " + name }}
)

// lookUp asks by datagram, and if the answer is too long for one, on a connection.
func lookUp(ctx context.Context, addr string) (string, error) {
	answer, err := askOnce(ctx, "udp", addr, func(conn net.Conn) (string, error) {
		p := make([]byte, 512)
		n, err := conn.Read(p)
		return string(p[:n]), err
	})
	if err != nil || answer != "TC" {
		return answer, err
	}
	return askOnce(ctx, "tcp", addr, func(conn net.Conn) (string, error) {
		line, err := bufio.NewReader(conn).ReadString('\n')
		return strings.TrimSuffix(line, "\n"), err
	})
}

// lookUpInOneRead is lookUp with a bug: it takes one Read for the whole answer.
func lookUpInOneRead(ctx context.Context, addr string) (string, error) {
	return askOnce(ctx, "tcp", addr, func(conn net.Conn) (string, error) {
		p := make([]byte, 512)
		n, err := conn.Read(p)
		return strings.TrimSuffix(string(p[:n]), "\n"), err
	})
}

// lookUpForEver is lookUp with another one: it has no deadline for its datagrams.
func lookUpForEver(ctx context.Context, addr string) (string, error) {
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	fmt.Fprintln(conn, "example.org")
	if _, err := conn.Read(make([]byte, 512)); err != nil {
		return "", err
	}
	return lookUp(ctx, addr)
}

func askOnce(ctx context.Context, network, addr string, read func(net.Conn) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, within/2)
	defer cancel()
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, network, addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(within / 2))
	if _, err := fmt.Fprintln(conn, "example.org"); err != nil {
		return "", err
	}
	return read(conn)
}

// resolverOverTCP is lookUp where things go wrong on its connection.
func resolverOverTCP() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: ofName, PacketHandler: tooLong, Do: lookUp, Want: "address of example.org", Within: within}
}

// resolverOverUDP is lookUp where things go wrong with its datagrams.
func resolverOverUDP() scenarios.UDPClient {
	return scenarios.UDPClient{Handler: tooLong, StreamHandler: ofName, Do: lookUp, Want: "address of example.org", Within: within}
}

// A client of DNS has two suites: one for its datagrams, and one for the connection that it
// asks on when an answer is too long.
func ExampleTCPClient_packetHandler() {
	_ = scenarios.DescribeTCPClient("resolver, over TCP", resolverOverTCP,
		scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.HonorsDeadline))
	_ = scenarios.DescribeUDPClient("resolver, over UDP", resolverOverUDP,
		scenarios.Keeps(scenarios.HonorsDeadlineOnLoss, scenarios.ReportsUnreachablePort))
}

var _ = Describe("A client of both TCP and UDP", func() {
	DescribeTable("is put to the test on its connection",
		func(ctx SpecContext, p scenarios.Promise[scenarios.TCPClient]) {
			Expect(run(ctx, p, resolverOverTCP)).To(Succeed())
		},
		Entry(nil, bound, scenarios.ReassemblesSplitReplies),
		Entry(nil, bound, scenarios.ReportsTruncatedReply),
		Entry(nil, bound, scenarios.ReportsReset),
		Entry(nil, bound, scenarios.ReportsRefused),
		Entry(nil, bound, scenarios.HonorsDeadline),
	)

	DescribeTable("is put to the test with its datagrams",
		func(ctx SpecContext, p scenarios.Promise[scenarios.UDPClient]) {
			Expect(run(ctx, p, resolverOverUDP)).To(Succeed())
		},
		Entry(nil, bound, scenarios.HonorsDeadlineOnLoss),
		Entry(nil, bound, scenarios.ReportsUnreachablePort),
		Entry(nil, bound, scenarios.TakesDuplicateOnce),
	)

	It("breaks its promises as any", func(ctx SpecContext) {
		c := resolverOverTCP()
		c.Do = lookUpInOneRead
		wantBroken(run(ctx, scenarios.ReassemblesSplitReplies, always(c)), scenarios.ReassemblesSplitReplies.Name, `Do = "a"`)
		u := resolverOverUDP()
		u.Do = lookUpForEver
		wantBroken(run(hasty(ctx), scenarios.HonorsDeadlineOnLoss, always(u)), scenarios.HonorsDeadlineOnLoss.Name, "Do did not return within")
	}, bound)

	It("needs both of its servers, and shows both records", func(ctx SpecContext) {
		c := resolverOverTCP()
		c.PacketHandler = nil
		err := run(hasty(ctx), scenarios.ReassemblesSplitReplies, always(c))
		Expect(err).To(MatchError(scenarios.ErrInconclusive))
		c = resolverOverTCP()
		c.Do = func(context.Context, string) (string, error) { return "nothing", nil }
		err = run(ctx, scenarios.ReassemblesSplitReplies, always(c))
		Expect(err).To(MatchError(And(ContainSubstring("transcript of scenario (tcp"), ContainSubstring("transcript of datagrams (udp"))))
	}, bound)
})

// onPort is do of a client that knows the port of its servers.
func onPort(port int, do func(ctx context.Context, addrs string) (string, error)) func(ctx context.Context, addrs string) (string, error) {
	return func(ctx context.Context, addrs string) (string, error) {
		var all []string
		for addr := range strings.SplitSeq(addrs, ",") {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return "", err
			}
			all = append(all, net.JoinHostPort(host, fmt.Sprint(port)))
		}
		return do(ctx, strings.Join(all, ","))
	}
}

// freePort is a port that was free a moment ago.
func freePort() int {
	GinkgoHelper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// A client that knows no other port gets its server there, each time on another host.
func ExampleTCPClient_port() {
	_ = scenarios.DescribeTCPClient("ping client", func() scenarios.TCPClient {
		return scenarios.TCPClient{Port: 7007, Handler: pongs, Do: onPort(7007, pong), Want: "PONG", Within: time.Second}
	}, scenarios.Keeps(scenarios.ReassemblesSplitReplies))
}

var _ = Describe("A client with a port of its own", func() {
	for _, p := range []scenarios.Promise[scenarios.TCPClient]{
		scenarios.ReassemblesSplitReplies, scenarios.ReportsRefused, scenarios.HonorsDeadline, scenarios.TriesAgainAfterReset,
	} {
		It("has its server there: "+p.Name, func(ctx SpecContext) {
			c := reference.TCPClient(answer, within)
			port := freePort()
			c.Handler = fakeserver.Lines{Answer: func(string) string { return answer }}
			c.Port, c.Do, c.Open = port, onPort(port, c.Do), nil
			Expect(run(ctx, p, always(c))).To(Succeed())
			c.Port = 0
			Expect(run(hasty(ctx), p, always(c))).NotTo(Succeed())
		}, bound)
	}

	It("has both of its servers there", func(ctx SpecContext) {
		c, port := resolverOverUDP(), freePort()
		c.Port, c.Do = port, onPort(port, c.Do)
		Expect(run(ctx, scenarios.HonorsDeadlineOnLoss, always(c))).To(Succeed())
	}, bound)

	It("is told of a port that there can't be", func(ctx SpecContext) {
		c := resolverOverUDP()
		c.Port = 65536
		err := run(ctx, scenarios.HonorsDeadlineOnLoss, always(c))
		Expect(err).To(MatchError(scenarios.ErrSubject))
		Expect(err).To(MatchError(ContainSubstring("Port is 65536, want 0 to 65535")))
	})
})
