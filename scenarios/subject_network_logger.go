package scenarios

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A NetworkLogger is a logger that sends its lines to a collector, to be put to
// the test.
type NetworkLogger struct {
	// Network is "tcp", "udp", "unix" or "unixgram". If empty, "tcp". Of datagrams, each is
	// at least one line. The address of a unix socket, such as syslog's /dev/log, is a path in
	// a directory of its own. There are none in memory.
	Network string
	// Handler is the collector's side of a TCP or unix logger's protocol, if it answers: with an
	// acknowledgement of each line, or as an HTTP server. What it can't make sense of is no
	// error of its own, since promises cut lines off: it returns nil then, and the record tells
	// what arrived. If nil, the collector reads and says nothing.
	Handler fakeserver.Handler
	// PacketHandler is Handler for a logger that sends datagrams.
	PacketHandler fakeserver.PacketHandler
	// Split tells the lines of a stream apart, as a bufio.Scanner's does: GELF ends
	// them with a zero byte, and RFC 5425 puts their length before them. If nil,
	// bufio.ScanLines. It is called with what the record has of one connection, again
	// and again, never with atEOF, and by several goroutines at once. If it returns an
	// error, even bufio.ErrFinalToken, the rest can't be cut.
	Split bufio.SplitFunc
	// Unordered says that lines may arrive in another order than that in which they were
	// logged, as those of a logger with several connections do. Promises then want them
	// whole and once only.
	Unordered bool
	// Plain says that the logger rewrites what is no letter, digit or dot: it quotes, escapes
	// or replaces it. Lines then have dots where they have spaces otherwise, as messages about
	// them do.
	Plain bool
	// Open makes a logger that sends to addr. It may be called several times, each
	// time with another collector's address, and by several goroutines at once, each with
	// a subject of its own. ctx is canceled when the collector goes.
	Open func(ctx context.Context, addr string) (Log, error)
	// Exit makes the command of a process that logs lines to addr and then ends, by os.Exit or
	// log.Fatal, without Close. It may be the test's own program, os.Args[0], with variables in
	// its environment that TestMain, or an init function, looks for before there are any flags.
	// It is not started yet. It may be nil, for a logger that promises nothing about that.
	Exit func(addr string, lines []string) *exec.Cmd
	// Within is how long Open, Print, Panic and Close may each take, and how long
	// after a reset, or a restart of the collector, lines may be lost. It must be
	// positive. A second is good; with less, a busy machine may look like a broken
	// promise.
	Within time.Duration
	// Blocks is how long Print may keep its caller waiting while the collector does
	// not read, for NeverBlocksItsCaller. If zero, Within.
	Blocks time.Duration
	// Memory is by how many bytes the process may grow while the collector does not
	// read, for BoundedMemory. If zero, DefaultMemory.
	Memory int64
	// Dials is how often the logger may dial in each Within, while the collector takes
	// no connection for long, for NoReconnectStorm. If zero, DefaultDials.
	Dials int
	// Redact hides secrets in failures and in files, as in a fakeserver.Config: those that the logger
	// sends, and also in what the failure says of it. If nil, nothing is hidden.
	Redact transcript.Redactor
}

// What a NetworkLogger promises unless it says otherwise.
const (
	// DefaultMemory is Memory if that is zero: 16 MiB.
	DefaultMemory = 16 << 20
	// DefaultDials is Dials if that is zero.
	DefaultDials = 10
)

// A Log is an open logger, as functions that any logger has or can be given in a
// line each. They are called by one goroutine at a time, except where a promise says
// otherwise: SafeForManyGoroutines, CloseIsBounded.
type Log struct {
	// Print logs one line, which comes without a newline. The logger may put something
	// of its own before it and after it: a prefix, a time, a file's name. Over TCP lines
	// have up to about 8,000 bytes, over UDP 750.
	Print func(line string)
	// Panic logs one line and panics. If nil, Print, and then a panic.
	Panic func(line string)
	// Close ends the logger. If nil, there is nothing to close.
	Close func() error
	// Err returns what the logger has to report of lines that it could not deliver, or
	// nil as long as there is nothing. If nil, the logger reports with the errors of
	// Open and Close only.
	Err func() error
	// Lost returns how many lines the logger has lost, or may have lost, so far. It is
	// asked when Close has returned. If nil, the logger does not count them.
	Lost func() int64
}

func (l Log) close() error {
	if l.Close == nil {
		return nil
	}
	return l.Close()
}

// check says what l lacks.
func (l NetworkLogger) check() error {
	var lacks []string
	if !slices.Contains(loggerNetworks, l.network()) {
		lacks = append(lacks, fmt.Sprintf("Network is %q, want one of %s", l.Network, strings.Join(loggerNetworks, ", ")))
	}
	if l.Split != nil && l.sendsDatagrams() {
		lacks = append(lacks, fmt.Sprintf("Split is set, and the lines of a %s logger are its datagrams", l.medium()))
	}
	if l.Handler != nil && l.sendsDatagrams() {
		lacks = append(lacks, fmt.Sprintf("Handler is set, and a %s collector's is PacketHandler", l.medium()))
	}
	if l.PacketHandler != nil && !l.sendsDatagrams() {
		lacks = append(lacks, fmt.Sprintf("PacketHandler is set, and a %s collector's is Handler", l.medium()))
	}
	if l.Open == nil {
		lacks = append(lacks, "Open is nil")
	}
	if l.Within <= 0 {
		lacks = append(lacks, fmt.Sprintf("Within is %v, want more than 0", l.Within))
	}
	if l.Blocks < 0 || l.Memory < 0 || l.Dials < 0 {
		lacks = append(lacks, fmt.Sprintf("Blocks, Memory and Dials are %v, %d and %d, want 0 or more", l.Blocks, l.Memory, l.Dials))
	}
	if lacks == nil {
		return nil
	}
	return fmt.Errorf("%w: NetworkLogger: %s", ErrSubject, strings.Join(lacks, "; "))
}

// blocks returns how long Print may take.
func (l NetworkLogger) blocks() time.Duration { return cmp.Or(l.Blocks, l.Within) }

// memory returns by how many bytes the process may grow.
func (l NetworkLogger) memory() int64 { return cmp.Or(l.Memory, DefaultMemory) }

// dials returns how often the logger may dial in each Within.
func (l NetworkLogger) dials() int { return cmp.Or(l.Dials, DefaultDials) }
