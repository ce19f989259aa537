package reference

import (
	"context"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// newLog returns the logger of network logging: the standard one, with a prefix,
// the date and the short file's name.
func newLog(w io.Writer) *log.Logger { return log.New(w, "example: ", log.Ldate|log.Lshortfile) }

// The lines of LogAndPanic and LogAndFatal.
const (
	FirstLine = "a regular line"
	LastLine  = "the last words"
)

// LogAndPanic is network logging: on a connection to a collector, it logs
// FirstLine with Println and LastLine with Panicln, with a deferred Close.
func LogAndPanic(conn net.Conn) {
	defer conn.Close()
	l := newLog(conn)
	l.Println(FirstLine)
	l.Panicln(LastLine)
}

// LogAndFatal is LogAndPanic with Fatalln for Panicln: the process exits, and what
// it deferred does not run.
func LogAndFatal(conn net.Conn) {
	defer conn.Close()
	l := newLog(conn)
	l.Println(FirstLine)
	l.Fatalln(LastLine)
}

// LogAndExit logs lines to addr as l does, and ends the process, without Close. It says why if it
// can't.
func LogAndExit(l scenarios.NetworkLogger, addr string, lines []string) {
	to, err := l.Open(context.Background(), addr)
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range lines {
		to.Print(line)
	}
	os.Exit(1)
}

// StandardLogger returns network logging as a subject, over "tcp" or "udp". It
// dials once, throws its errors away, and waits for a collector that does not read:
// over TCP it breaks ReportsRefusedCollector, CopesWithLateCollector, SurvivesReset,
// SurvivesRestart, LosesNothingInAReset, LosesNothingSilently, NeverBlocksItsCaller and
// ReportsLinesAfterClose, over UDP the first and the last of them and
// DeliversFirstLineAfterAnOutage.
func StandardLogger(network string, within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Network: network, Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, network, addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		l := newLog(conn)
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: conn.Close,
		}, nil
	}}
}
