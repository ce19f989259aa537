package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A Log is an open logger, as functions that any logger has or can be given in a line each.
type Log struct {
	// Print logs one line, which comes without a newline. It returns the logger's error, if that has any.
	// The logger may put something of its own before it and after it. Lines are letters, digits and dots,
	// so that it has nothing to quote.
	Print func(line string) error
	// Close ends the logger. If nil, there is nothing to close.
	Close func() error
	// Err returns what the logger has to report of lines that it could not deliver, such as by a
	// hook; nil as long as there is nothing. It is asked when Close has returned. If nil, it reports
	// by the errors of Print and Close alone.
	Err func() error
}

// How many lines a logger is given, of how many bytes, and with which pause between them, so that it
// can notice what has become of its connection.
const (
	DefaultLines     = 12
	DefaultLineBytes = 8000 // in memory, twelve are more than a window holds
	linePause        = 20 * time.Millisecond
)

// maxDatagramLine is what fits into one datagram with something around it.
const maxDatagramLine = 700

// Logger explores a logger that sends its lines over a stream, such as TCP, and fails tb if
// something breaks it. The steps are to open it, its lines, and Close; what it took without an error is
// held against the collector's record. Config.Handler is the collector's side; if nil, it reads
// and says nothing.
func Logger(tb fakeserver.TB, cfg Config, open func(ctx context.Context, w *Wire) (Log, error)) {
	tb.Helper()
	inTest(tb, loggerConfig(cfg, fault.Streams), fault.Streams, logging(cfg, fault.Streams, open))
}

// PacketLogger is Logger for one that sends datagrams.
func PacketLogger(tb fakeserver.TB, cfg Config, open func(ctx context.Context, w *Wire) (Log, error)) {
	tb.Helper()
	inTest(tb, loggerConfig(cfg, fault.Datagrams), fault.Datagrams, logging(cfg, fault.Datagrams, open))
}

// SearchLogger is for loggers what Search is for clients.
func SearchLogger(ctx context.Context, cfg Config, m fault.Medium, open func(ctx context.Context, w *Wire) (Log, error)) (Report, error) {
	cfg = loggerConfig(cfg, m)
	return Search(ctx, cfg, m, logging(cfg, m, open))
}

// loggerConfig returns cfg for a logger.
func loggerConfig(cfg Config, m fault.Medium) Config {
	cfg.logger = true
	if cfg.Listen != nil {
		return cfg
	}
	if cfg.Handler == nil && cfg.NewHandler == nil {
		cfg.Handler = fakeserver.Discard{}
	}
	if cfg.PacketHandler == nil && cfg.NewPacketHandler == nil {
		cfg.PacketHandler = fakeserver.PacketDiscard{}
	}
	return cfg
}

// logging returns the body that logs.
func logging(cfg Config, m fault.Medium, open func(ctx context.Context, w *Wire) (Log, error)) Body {
	size := cmp.Or(cfg.LineBytes, DefaultLineBytes)
	if m == fault.Datagrams {
		size = min(size, maxDatagramLine)
	}
	return func(ctx context.Context, w *Wire) error {
		shared, err := w.trial.share(w, func(w *Wire) (any, error) {
			var log Log
			_, err := w.Do("open", func(context.Context) (any, error) {
				var err error
				log, err = open(w.trial.ctx, w) // a logger may keep its context
				return nil, err
			})
			return log, err
		}, func(w *Wire) { w.closeLog(w.trial.value.(Log)) })
		if err != nil {
			return nil // it says that there is no collector
		}
		for n := range cmp.Or(cfg.Lines, DefaultLines) {
			w.Do("line", func(context.Context) (any, error) { return nil, shared.(Log).Print(lineOf(w.caller, n+1, size)) })
			if err := pause(ctx, linePause); err != nil {
				return err
			}
		}
		return nil
	}
}

// closeLog closes a logger, and lets it log once more.
func (w *Wire) closeLog(log Log) {
	_, err := w.Do("close", func(context.Context) (any, error) { return nil, log.close() })
	if log.Err != nil {
		err = errors.Join(err, log.Err())
	}
	if err != nil {
		w.trial.reported.Store(true)
	}
	w.Do("line after close", func(context.Context) (any, error) {
		log.Print("after.the.end")
		return nil, nil
	})
}

func (l Log) close() error {
	if l.Close == nil {
		return nil
	}
	return l.Close()
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lineOf returns a caller's nth line. No line is a part of another.
func lineOf(caller, n, size int) string {
	head := fmt.Sprintf("%s%d.%05d.", lineMark, caller, n)
	const end = ".end"
	return head + strings.Repeat("x", max(size-len(head)-len(end), 1)) + end
}

// lineMark is where a line begins.
const lineMark = "line.of.caller."
