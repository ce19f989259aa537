package scenarios

import (
	"context"
	"slices"
	"time"
)

// SurvivesReset is the promise of a TCP logger whose caller goes on when the
// collector tears the connection down, after any byte: Print neither panics nor
// hangs, and within Within of the reset lines arrive again, on a new connection.
// The first lines after the reset may be lost; from the first that arrives on, all
// do, whole, once and in order.
//
// The sweep takes every byte of the first line; of one with more than 128, those at both
// ends, and some in between. Of the next two it takes the first byte, one in the middle, and
// both sides of the line's end. Four loggers are at work at the same time, each with a
// collector of its own.
//
// A UDP logger has no connection and can't make this promise.
var SurvivesReset = Promise[NetworkLogger]{
	variable: "SurvivesReset",
	Name:     "survives a reset",
	Why: "The collector was restarted, and a program went silent that was alive and well. A logger that dials once writes into a dead " +
		"connection from then on, with its errors thrown away, as the standard log.Logger does.",
	Labels: []string{"logger", "fault:reset"},
	check:  checkSurvivesReset,
}

func checkSurvivesReset(ctx context.Context, subject func() NetworkLogger) error {
	ends, err := firstLines(ctx, subject)
	if err != nil {
		return err
	}
	offsets := sweptOffsets(ends)
	return tryEach(loggersAtOnce, subject, len(offsets), func(i int, subject func() NetworkLogger) error {
		needed := 1 + endsBefore(ends, offsets[i])
		return inLogging(ctx, subject(), resetAfter(offsets[i]), func(s *logging) error { return logThroughReset(s, needed) })
	})
}

// loggersAtOnce is how many loggers are at work at the same time: most wait before they
// dial again, but those that don't are busy all the time.
var loggersAtOnce = pace{4, 4}

// maxResets is at how many offsets in the first line there is a reset, at most.
const maxResets = 128

// sweptOffsets returns after which bytes of what a logger sends to reset.
func sweptOffsets(ends []int64) []int64 {
	offsets := aroundEnds(ends)
	for _, n := range spread(int(ends[0])-1, maxResets) {
		offsets = append(offsets, int64(n)+1)
	}
	slices.Sort(offsets)
	return slices.Compact(offsets)
}

// endsBefore returns how many lines end before the byte at offset at.
func endsBefore(ends []int64, at int64) (n int) {
	for n < len(ends) && ends[n] < at {
		n++
	}
	return n
}

// logThroughReset logs as many lines as are needed for the reset, and on until lines arrive
// again. What a logger puts before a line may have another length each time, and so
// it may need one more.
func logThroughReset(s *logging, needed int) error {
	n := 0
	for began := time.Now(); n < needed || !wasReset(s.srv.Transcript()) && time.Since(began) < s.patience(); {
		n++
		if err := s.print(shortLine(n)); err != nil {
			return err
		}
		if n < needed {
			continue
		}
		if err := s.await(s.within, wasReset); err != nil {
			return err
		}
	}
	return s.wantRecovery(n+1, s.afterConn(1))
}
