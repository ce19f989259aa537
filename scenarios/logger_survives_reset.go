package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SurvivesReset is the promise of a TCP logger whose caller goes on when the
// collector tears the connection down, after any byte: Print neither panics nor
// hangs, and within Within of the reset lines arrive again, on a new connection.
// The first lines after the reset may be lost; from the first that arrives on, all
// do, whole, once and in order.
//
// The sweep takes every byte of the first line; of one with more than 128, those at both
// ends, and some between. Of the next two it takes the first byte, one in the middle, and
// both sides of the line's end. Four loggers are at work at the same time, each with a
// collector of its own.
//
// A UDP logger has no connection and can't make this promise.
var SurvivesReset = Promise[NetworkLogger]{
	Name: "survives a reset",
	Why: "Collectors are restarted while programs run. A logger that dials once writes into a dead connection from then on, with " +
		"its errors thrown away, as the standard log.Logger does: the program looks silent, and it is only deaf.",
	Labels: []string{"logger", "fault:reset"},
	check:  checkSurvivesReset,
}

func checkSurvivesReset(ctx context.Context, subject func() NetworkLogger) error {
	ends, err := firstLines(ctx, subject)
	if err != nil {
		return err
	}
	offsets := sweptOffsets(ends)
	return abreast(loggersAtOnce, subject, len(offsets), func(i int, subject func() NetworkLogger) error {
		needed := 1 + endsBefore(ends, offsets[i])
		return inLogging(ctx, subject(), resetAfter(offsets[i]), func(s *logging) error { return s.outlive(needed) })
	})
}

// loggersAtOnce is how many are at work at the same time: most wait before they dial
// again, but those that don't have something to do all the time.
const loggersAtOnce = 4

// mostResets is how many places of the first line there is a reset at, at most.
const mostResets = 128

// sweptOffsets returns after which bytes of what a logger sends to reset.
func sweptOffsets(ends []int64) []int64 {
	offsets := aroundEnds(ends)
	for _, n := range spread(int(ends[0])-1, mostResets) {
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

// outlive logs as many lines as are needed for the reset, and on until lines arrive
// again. What a logger puts before a line may have another length each time, and so
// it may need one more.
func (s *logging) outlive(needed int) error {
	n := 0
	for began := time.Now(); n < needed || !wasReset(s.srv.Transcript()) && time.Since(began) < s.within+slackOf(s.ctx); {
		n++
		if err := s.print(resetLine(n)); err != nil {
			return err
		}
		if n < needed {
			continue
		}
		if err := s.await(s.within, wasReset); err != nil {
			return err
		}
	}
	return s.goOn(n+1, s.afterConn(1))
}

// A since returns the lines of a record that count as having arrived again.
type since func(transcript.Transcript) []string

// afterConn returns what arrived on connections behind the nth.
func (s *logging) afterConn(n int) since {
	return func(t transcript.Transcript) (lines []string) {
		for n := n + 1; n <= t.Conns(); n++ {
			got, err := s.framing.received(t.Conn(n))
			if err != nil { // what could not be cut has not arrived
				s.uncut = err
				got = got[:len(got)-1]
			}
			lines = append(lines, got...)
		}
		return lines
	}
}

// goOn logs lines from number n on until one arrives, and some more, closes the
// logger, and wants all that were logged behind the first that arrived.
func (s *logging) goOn(n int, part since) error {
	last, err := s.comeBack(n, part)
	if err != nil {
		return err
	}
	if err := s.printFrom(last+1, 5); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	return s.wantRest(last+5, part)
}

// printFrom logs n lines from the given number on.
func (s *logging) printFrom(first, n int) error {
	for i := range n {
		if err := s.print(resetLine(first + i)); err != nil {
			return err
		}
	}
	return nil
}

// comeBack logs lines from number n on until one arrives, and returns its number.
func (s *logging) comeBack(n int, part since) (int, error) {
	for began := time.Now(); time.Since(began) < s.within+slackOf(s.ctx); n++ {
		line := resetLine(n)
		if err := s.print(line); err != nil {
			return n, err
		}
		again := func(t transcript.Transcript) bool {
			return slices.ContainsFunc(part(t), func(got string) bool { return strings.Contains(got, line) })
		}
		if err := s.await(s.within/20, again); err != nil {
			return n, err
		}
		if again(s.srv.Transcript()) {
			return n, nil
		}
	}
	late := fmt.Errorf("no line arrived again within %v, which is the %v that it promised and %v more", s.within+slackOf(s.ctx), s.within, slackOf(s.ctx))
	return n, errors.Join(late, s.uncut)
}

// wantRest wants all lines up to last from the first on that arrived again.
func (s *logging) wantRest(last int, part since) error {
	t, err := s.settle(resetLine(last))
	if err != nil {
		return err
	}
	got := part(t)
	first := firstNumber(got)
	return errors.Join(s.uncut, arrived(got, textLines(first, last-first+1, resetLineSize)))
}

// resetLineSize is small, so that a reset after each byte of a line does not take long.
const resetLineSize = 20

func resetLine(n int) string { return textLines(n, 1, resetLineSize)[0] }

// wasReset reports whether connection 1 has been reset, and the RST has left: it is
// recorded first.
func wasReset(t transcript.Transcript) bool {
	first := t.Conn(1)
	return first.Ending(transcript.FromClient) == transcript.ByRST && first.Kind(transcript.Close).Len() > 0
}
