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
	for _, n := range []int{1, 100} {
		l := subject()
		if err := l.check(); err != nil {
			return err
		}
		w := wire{what: fmt.Sprintf("closed right after line %d", n)}
		flushed := func(s *logging) error { return flush(s, textLines(1, n, 200), func() {}) }
		if err := inLogging(ctx, l, w, flushed); err != nil {
			return err
		}
		if l.Network == "udp" {
			continue
		}
		gate, release := newGate()
		w = wire{what: w.what + ", while the collector has fallen behind", handler: reluctant(gate)}
		flushed = func(s *logging) error { return flush(s, textLines(1, n, 2000), release) }
		if err := inLogging(ctx, subject(), w, flushed); err != nil {
			return err
		}
	}
	return nil
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
