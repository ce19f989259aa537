package scenarios

import "context"

// LastLineOfAPanicArrives is the promise of a logger that delivers all lines of a
// caller that panics, the last one too, when the caller has deferred its Close.
var LastLineOfAPanicArrives = Promise[NetworkLogger]{
	Name: "delivers the last line of a panicking caller",
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
		for _, line := range lines[:3] {
			if err := s.print(line); err != nil {
				return err
			}
		}
		if err := s.die(lines[3]); err != nil {
			return err
		}
		return s.wantAll(lines)
	})
}
