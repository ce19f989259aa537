package scenarios

import "context"

// LastLineOfAPanicArrives is the promise of a logger that delivers all lines of a
// caller that panics, the last one too, when the caller has deferred its Close.
var LastLineOfAPanicArrives = Promise[NetworkLogger]{
	variable: "LastLineOfAPanicArrives",
	Name:     "delivers the last line of a panicking caller",
	Why: "The line before a crash is the one that the log is read for. A logger that buffers, or sends from another goroutine, " +
		"and does not flush on its way out, loses exactly that one.",
	Labels: []string{"logger"},
	check:  checkLastLine,
}

func checkLastLine(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	return inLogging(ctx, l, wire{what: "when its caller panics"}, func(s *logging) error {
		lines := textLines(1, 4, 40)
		if err := s.printEach(lines[:3]); err != nil {
			return err
		}
		if err := panicWith(s, lines[3]); err != nil {
			return err
		}
		return s.wantAll(lines)
	})
}

// panicWith lets a caller log its last line and panic, with a deferred Close.
func panicWith(s *logging, last string) error {
	s.closed = true
	return call(s.ctx, 2*s.within, "Panic with a deferred Close", func(context.Context) error {
		if !panics(s.log, last) {
			return &misconduct{Text: "Panic returned instead of panicking"}
		}
		return nil
	})
}

// panics reports whether there was a panic.
func panics(l Log, last string) (panicked bool) {
	panicked = true
	defer func() { recover() }()
	defer l.close()
	if l.Panic == nil {
		l.Print(last)
		panic(last)
	}
	l.Panic(last)
	return false
}
