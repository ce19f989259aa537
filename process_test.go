package fakewire_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/bundled"
)

// What makes this test program one that logs and ends.
const (
	processLogger = "FAKEWIRE_PROCESS_LOGGER"
	processAddr   = "FAKEWIRE_PROCESS_ADDR"
	processLines  = "FAKEWIRE_PROCESS_LINES"
)

// ofProcesses are the loggers that it may log with, by their texts.
var ofProcesses = map[string]func() scenarios.NetworkLogger{}

func TestMain(m *testing.M) {
	if l := ofProcesses[os.Getenv(processLogger)]; l != nil {
		bundled.LogAndExit(l(), os.Getenv(processAddr), strings.Split(os.Getenv(processLines), "\n"))
	}
	os.Exit(m.Run())
}

// loggerOfAProcess is logger for one that hands each line to the kernel before Print returns: what
// it has logged arrives though its process ends. In memory there are no processes.
func loggerOfAProcess(text string, subject func() scenarios.NetworkLogger, kept ...any) bool {
	where := types.NewCodeLocation(1)
	ofProcesses[text] = subject
	withExit := func() scenarios.NetworkLogger {
		l := subject()
		l.Exit = func(addr string, lines []string) *exec.Cmd {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), processLogger+"="+text, processAddr+"="+addr, processLines+"="+strings.Join(lines, "\n"))
			return cmd
		}
		return l
	}
	return scenarios.DescribeNetworkLogger(text, onSockets(withExit), kept, scenarios.Keeps(scenarios.LinesBeforeAnExitArrive), where) &&
		scenarios.DescribeNetworkLogger(text+inMemory, subject, kept, where, scenarios.InMemory(&suite))
}
