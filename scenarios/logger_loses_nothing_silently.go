package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// LosesNothingSilently is the promise of a TCP logger whose lines arrive when its connection
// has ended while it had nothing to send, or that says of those that don't that they are lost:
// with an error of Err or Close, or by Lost, which then counts them all.
//
// The connection ends in three ways: with an RST; as when the collector's process ends, with a
// FIN, and an RST to whatever is sent after it; and with a FIN alone, after which the collector
// takes what comes and throws it away. Of the last two the first write tells nothing, so
// that a logger has to read from its connection to know.
var LosesNothingSilently = Promise[NetworkLogger]{
	variable: "LosesNothingSilently",
	Name:     "loses no line silently after its connection's end",
	Why: "The collector was restarted at night, and in the morning the first line of each program was missing, without a trace. The kernel " +
		"takes what is written after a FIN, and throws it away when the RST comes back; a logger that goes by what its writes return " +
		"took it for delivered.",
	Labels: []string{"logger", "fault:reset", "fault:close"},
	check:  checkLosesNothingSilently,
}

func checkLosesNothingSilently(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkReset(noConnection); err != nil {
		return err
	}
	trial := func(what string, how transcript.Ending) func() error {
		return func() error {
			return inLogging(ctx, subject(), wire{what: what}, func(s *logging) error { return logAfterEnd(s, how) })
		}
	}
	return inTurn(
		trial("when its connection was reset", transcript.ByRST),
		trial("when its connection ended with a FIN, and what it sends then is answered with an RST", transcript.ByClose),
		trial("when its connection ended with a FIN", transcript.ByFIN),
	)
}

// afterEnd is how many lines are logged after the end of the connection.
const afterEnd = 3

// logAfterEnd ends the connection of a logger at work, and wants all lines, or to be told.
func logAfterEnd(s *logging, how transcript.Ending) error {
	if err := s.establish(); err != nil {
		return err
	}
	if err := s.endConns(how); err != nil {
		return err
	}
	for n := range afterEnd {
		if err := s.print(shortLine(2 + n)); err != nil {
			return err
		}
		if err := s.awaitArrival(2+n, s.within/10); err != nil {
			return err
		}
	}
	return s.closeAndOwnUp(textLines(1, 1+afterEnd, shortSize))
}

// awaitArrival gives short line n some time to arrive, and its answer some to come back.
func (s *logging) awaitArrival(n int, d time.Duration) error {
	line := textLines(n, 1, shortSize)
	return s.await(d, func(t transcript.Transcript) bool { return s.missing(t, line) == 0 })
}

// closeAndOwnUp closes the logger, and wants it to own up to those of the lines that are
// missing.
func (s *logging) closeAndOwnUp(lines []string) error {
	closing := s.hangUp()
	if isMisconduct(closing) || errors.Is(closing, ErrInconclusive) {
		return closing
	}
	missing, err := s.settleOnLines(lines)
	if err != nil {
		return err
	}
	return s.wantOwned(missing, lines, closing)
}
