package reference_test

import (
	"context"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

func TestReference(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "reference programs")
}

// The variables that make a child process of this test binary a program that logs
// and ends badly.
const (
	programVariable = "FAKEWIRE_PROGRAM"
	addrVariable    = "FAKEWIRE_PROGRAM_ADDR"
)

func TestMain(m *testing.M) {
	program := os.Getenv(programVariable)
	if program == "" {
		os.Exit(m.Run())
	}
	conn, err := net.Dial("tcp", os.Getenv(addrVariable))
	if err != nil {
		log.Fatal(err)
	}
	program, unread := strings.CutSuffix(program, " with something unread")
	if unread {
		conn.Read(make([]byte, 1)) // so that the rest of the greeting is there, and stays there
	}
	if program == "panic" {
		reference.LogAndPanic(conn)
	}
	reference.LogAndFatal(conn)
}

// greeter sends something that the program never reads.
var greeter = fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
	if _, err := c.Write([]byte("220 collector ready\n")); err != nil {
		return err
	}
	return fakeserver.Discard{}.ServeConn(ctx, c)
})

var _ = DescribeTable("what reaches the collector when a program ends",
	func(ctx SpecContext, program string, exit int, collector fakeserver.Handler, ending transcript.Ending) {
		srv := fakeserver.Start(GinkgoT(), fakeserver.Config{Handler: collector})
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), programVariable+"="+program, addrVariable+"="+srv.Addr())
		out, err := cmd.CombinedOutput()
		Expect(err).To(HaveOccurred())
		Expect(cmd.ProcessState.ExitCode()).To(Equal(exit), "%s", out)

		ended := func(t transcript.Transcript) bool {
			return t.Conn(1).Ending(transcript.FromClient) != transcript.StillOpen
		}
		Expect(srv.Wait(ctx, ended)).To(Succeed())
		t := srv.Transcript()
		Expect(t.Lines()).To(HaveExactElements(
			MatchRegexp(`^example: \d{4}/\d\d/\d\d logger.go:\d+: a regular line$`),
			MatchRegexp(`^example: \d{4}/\d\d/\d\d logger.go:\d+: the last words$`),
		))
		Expect(t.Conn(1).Ending(transcript.FromClient)).To(Equal(ending), "%v", t)
	},
	Entry("Panicln with a deferred Close: all lines, then a FIN", bound, "panic", 2, fakeserver.Discard{}, transcript.ByFIN),
	Entry("log.Fatal, which runs no deferred Close: all lines, then a FIN", bound, "fatal", 1, fakeserver.Discard{}, transcript.ByFIN),
	Entry("Panicln, and something unread: all lines, then an RST", bound, "panic with something unread", 2, greeter, transcript.ByRST),
	Entry("log.Fatal, and something unread: all lines, then an RST", bound, "fatal with something unread", 1, greeter, transcript.ByRST),
)

// bound ends a spec whose child process hangs.
const bound = NodeTimeout(time.Minute)
