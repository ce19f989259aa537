package scenarios

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/fakewire/fakewire/fakeserver"
)

// A NetworkLogger is a logger that sends its lines to a collector, to be put to
// the test.
type NetworkLogger struct {
	// Network is "tcp" or "udp". If empty, "tcp". A TCP logger ends each line with a
	// "\n"; of a UDP logger, each datagram is at least one line.
	Network string
	// Open makes a logger that sends to addr. It may be called several times, each
	// time with another collector's address. ctx is cancelled when the collector goes.
	Open func(ctx context.Context, addr string) (Log, error)
	// Within is how long Open, Print, Panic and Close may each take, and how long
	// after a reset lines may be lost. It must be positive. A second is good; with
	// less, a busy machine may look like a broken promise.
	Within time.Duration
}

// A Log is an open logger, as functions that any logger has or can be given in a
// line each. Each is called by one goroutine at a time.
type Log struct {
	// Print logs one line, which has no line's end. The logger may put something of
	// its own before it and after it: a prefix, a time, a file's name.
	Print func(line string)
	// Panic logs one line and panics. If nil, Print, and then a panic.
	Panic func(line string)
	// Close ends the logger. If nil, there is nothing to close.
	Close func() error
}

// loggerPromises are the promises of loggers, in the order of their specs.
var loggerPromises = []Promise[NetworkLogger]{LinesArriveWholeOnceInOrder, LastLineOfAPanicArrives, SurvivesReset}

// DescribeNetworkLogger is DescribeTCPClient for a logger.
func DescribeNetworkLogger(text string, subject func() NetworkLogger, args ...any) bool {
	return describe(types.NewCodeLocation(1), text, loggerPromises, subject, args)
}

// check says what l lacks.
func (l NetworkLogger) check() error {
	var lacks []string
	if l.Network != "" && l.Network != "tcp" && l.Network != "udp" {
		lacks = append(lacks, fmt.Sprintf(`Network is %q, want "tcp" or "udp"`, l.Network))
	}
	if l.Open == nil {
		lacks = append(lacks, "Open is nil")
	}
	if l.Within <= 0 {
		lacks = append(lacks, fmt.Sprintf("Within is %v, want more than 0", l.Within))
	}
	if lacks == nil {
		return nil
	}
	return fmt.Errorf("%w: NetworkLogger: %s", ErrSubject, strings.Join(lacks, "; "))
}

// collector starts a server that takes lines.
func (l NetworkLogger) collector(w wire) (peer, error) {
	if l.Network == "udp" {
		return packetPeer(fakeserver.PacketConfig{Faults: w.plan, Name: "collector"})
	}
	return streamPeer(fakeserver.Config{Handler: w.handler, Faults: w.plan, ReceiveBuffer: smallBuffer, Name: "collector"})
}

// smallBuffer lets a collector that does not read be felt soon.
const smallBuffer = 4096
