package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A since returns the lines of a record that count as having arrived again.
type since func(transcript.Transcript) []string

// afterConn returns what arrived on connections after the nth.
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

// wantRecovery logs lines from number n on until one arrives, and some more, and wants all
// that were logged after the first that arrived. It closes the logger when they are there,
// or had their time: what Close does with a queue is another promise's business.
func (s *logging) wantRecovery(n int, again since) error {
	_, err := s.logUntilRecovered(n, again)
	return err
}

// logUntilRecovered is wantRecovery, and returns the number of the last line.
func (s *logging) logUntilRecovered(n int, again since) (last int, err error) {
	heard, err := s.printUntilHeard(n, again)
	if err != nil {
		return heard, err
	}
	last = heard + 5
	if err := s.printShort(heard+1, last-heard); err != nil {
		return last, err
	}
	if err := s.awaitLine(last); err != nil {
		return last, err
	}
	if err := s.close(); err != nil {
		return last, err
	}
	return last, s.wantRest(heard, last, again)
}

// printUntilHeard logs lines from number n on until one arrives, and returns its number.
func (s *logging) printUntilHeard(n int, again since) (int, error) {
	for began := time.Now(); time.Since(began) < s.patience(); n++ {
		line := shortLine(n)
		if err := s.print(line); err != nil {
			return n, err
		}
		heard := func(t transcript.Transcript) bool {
			return slices.ContainsFunc(again(t), func(got string) bool { return strings.Contains(got, line) })
		}
		if err := s.await(s.within/20, heard); err != nil {
			return n, err
		}
		if heard(s.srv.Transcript()) {
			return n, nil
		}
	}
	late := fmt.Errorf("no line arrived again within %v, which is the %v that it promised and %v more", s.patience(), s.within, slackOf(s.ctx))
	return n, errors.Join(late, s.uncut)
}

// wantRest wants all lines up to last from the first on that arrived again; where there
// is no order, from line heard on.
func (s *logging) wantRest(heard, last int, again since) error {
	logged := textLines(1, last, shortSize)
	t, err := s.settle(s.lastOf(logged[heard-1:])...)
	if err != nil {
		return err
	}
	got, mayMiss := again(t), heard-1
	if s.ordered {
		mayMiss = max(0, firstNumber(got)-1)
	}
	return errors.Join(s.uncut, s.arrived(got, logged, mayMiss))
}
