package scenarios_test

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
)

// What makes this test program one that logs and ends.
const (
	exitAddr   = "EXIT_ADDR"
	exitLines  = "EXIT_LINES"
	exitBuffer = "EXIT_BUFFER"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(exitAddr); addr != "" {
		logAndExit(addr, strings.Split(os.Getenv(exitLines), "\n"))
	}
	os.Exit(m.Run())
}

// logAndExit logs with the standard logger, the last line by Fatal. With a buffer, what is in
// it is lost.
func logAndExit(addr string, lines []string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	var w io.Writer = conn
	if os.Getenv(exitBuffer) != "" {
		w = bufio.NewWriter(conn)
	}
	l := log.New(w, "", log.LstdFlags)
	last := len(lines) - 1
	for _, line := range lines[:last] {
		l.Println(line)
	}
	l.Fatalln(lines[last])
}

// thisProgram is the command of a process that logs lines and ends.
func thisProgram(addr string, lines []string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), exitAddr+"="+addr, exitLines+"="+strings.Join(lines, "\n")), env...)
	return cmd
}

// exits is a logger that is tried in such a process only.
func exits(exit func(addr string, lines []string) *exec.Cmd) scenarios.NetworkLogger {
	l := opens(scenarios.Log{Print: func(string) {}}, nil)
	l.Within, l.Exit = within, exit
	return l
}

// The test's own program logs and ends, when TestMain finds what Exit has put into its
// environment.
func ExampleNetworkLogger_exit() {
	_ = scenarios.DescribeNetworkLogger("our logger", func() scenarios.NetworkLogger {
		return scenarios.NetworkLogger{
			Within: within,
			Open:   func(context.Context, string) (scenarios.Log, error) { return scenarios.Log{}, nil },
			Exit: func(addr string, lines []string) *exec.Cmd {
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), "EXIT_ADDR="+addr, "EXIT_LINES="+strings.Join(lines, "\n"))
				return cmd
			},
		}
	}, scenarios.Keeps(scenarios.LinesBeforeAnExitArrive))
}

var _ = tried(scenarios.LinesBeforeAnExitArrive.Name, true, true)

var _ = Describe("LinesBeforeAnExitArrive", func() {
	try := func(ctx context.Context, l scenarios.NetworkLogger) error {
		return scenarios.Run(ctx, scenarios.LinesBeforeAnExitArrive, always(l))
	}

	It("is kept by a logger that does not buffer", func(ctx SpecContext) {
		l := exits(func(addr string, lines []string) *exec.Cmd { return thisProgram(addr, lines) })
		Expect(try(ctx, l)).To(Succeed())
		l.Plain = true
		Expect(try(ctx, l)).To(Succeed())
	}, bound)

	It("is broken by one that does", func(ctx SpecContext) {
		err := try(hasty(ctx), exits(func(addr string, lines []string) *exec.Cmd { return thisProgram(addr, lines, exitBuffer+"=1") }))
		wantBroken(err, scenarios.LinesBeforeAnExitArrive.Name, `ended right after line 1: "line 00001"… is missing; 0 of 1 lines arrived; the process ended with exit status 1`)
	}, bound)

	DescribeTable("says what a subject lacks",
		func(ctx SpecContext, exit func(addr string, lines []string) *exec.Cmd, kind error, message string) {
			err := try(ctx, exits(exit))
			Expect(err).To(MatchError(kind))
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry("Exit", nil, scenarios.ErrLacks, "Exit is nil"),
		Entry("a command", func(string, []string) *exec.Cmd { return nil }, scenarios.ErrSubject, "Exit returned no command"),
		Entry("a program", func(string, []string) *exec.Cmd { return exec.Command("/nowhere/at/all") }, scenarios.ErrSubject, "Exit: "),
	)

	It("is not made in memory", func(ctx SpecContext) {
		err := scenarios.RunInMemory(ctx, suite, scenarios.LinesBeforeAnExitArrive, always(exits(func(string, []string) *exec.Cmd { return nil })))
		Expect(err).To(MatchError(scenarios.ErrLacks))
	})

	It("makes no children of a child that runs its tests instead", func(ctx SpecContext) {
		GinkgoT().Setenv("FAKEWIRE_EXIT", "1")
		err := try(ctx, exits(func(addr string, lines []string) *exec.Cmd { return thisProgram(addr, lines) }))
		Expect(err).To(MatchError(scenarios.ErrSubject))
		Expect(err).To(MatchError(ContainSubstring("runs its tests in place of the logger")))
	})
})
