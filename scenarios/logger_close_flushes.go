package scenarios

import (
	"context"
	"fmt"
)

// CloseFlushes is the promise of a logger of which everything that Print took
// before Close arrives: one line, and many at once; and over TCP also when the
// collector has fallen behind, and reads the lines only when Close was called.
var CloseFlushes = Promise[NetworkLogger]{
	variable: "CloseFlushes",
	Name:     "flushes when it is closed",
	Why: "A short program logged three lines and ended, and none of them was in the log. A logger with a buffer that is flushed every " +
		"second, or with SO_LINGER set to zero for a quick end, sends nothing at all, and the shorter the program, the less of it is " +
		"in the log.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkCloseFlushes,
}

func checkCloseFlushes(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	var trials []func() error
	for _, n := range []int{1, 100} {
		trials = append(trials, func() error { return flushQuick(ctx, subject(), n) })
		if !l.sendsDatagrams() {
			trials = append(trials, func() error { return flushLate(ctx, subject(), n) })
		}
	}
	return inTurn(trials...)
}

// flushQuick closes a logger right after line n.
func flushQuick(ctx context.Context, l NetworkLogger, n int) error {
	w := wire{what: fmt.Sprintf("closed right after line %d", n)}
	return inLogging(ctx, l, w, func(s *logging) error { return flush(s, textLines(1, n, 200), func() {}) })
}

// flushLate is flushQuick with a collector that does not read meanwhile.
func flushLate(ctx context.Context, l NetworkLogger, n int) error {
	gate, release := newGate()
	w := wire{what: fmt.Sprintf("closed right after line %d, while the collector has fallen behind", n), gate: gate}
	return inLogging(ctx, l, w, func(s *logging) error { return flush(s, textLines(1, n, 2000), release) })
}

// flush logs lines, closes the logger, and wants them all. It calls release when
// Print or Close takes long, and when Close has returned.
func flush(s *logging, lines []string, release func()) error {
	progress, stop := afterStandstill(s.readOnAfter(), release)
	defer stop()
	for _, line := range lines {
		if err := s.print(line); err != nil {
			return err
		}
		progress()
	}
	if err := s.close(); err != nil {
		return err
	}
	release()
	return s.wantAll(lines)
}
