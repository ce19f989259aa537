package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// settleOnLines waits until the lines have arrived, or all connections have ended, and returns
// how many have not arrived whole. What the collector threw away has not arrived.
func (s *logging) settleOnLines(lines []string) (missing int64, err error) {
	t, err := s.settleOn(func(t transcript.Transcript) bool { return s.missing(t, lines) == 0 })
	return s.missing(t, lines), err
}

// missing returns how many of the lines are not in the record, whole.
func (s *logging) missing(t transcript.Transcript, lines []string) (n int64) {
	got, _ := s.framing.received(t) // what can't be cut into lines counts as one
	text := strings.Join(got, "\n")
	for _, line := range lines {
		if !strings.Contains(text, line) {
			n++
		}
	}
	return n
}

// wantOwned wants a logger to say that lines are missing, if some are: with an error, closing
// or that of Err, or by counting them.
func (s *logging) wantOwned(missing int64, lines []string, closing error) error {
	if missing == 0 || closing != nil {
		return nil
	}
	lost, err := s.lost()
	if err != nil || lost >= missing {
		return err
	}
	reported, err := reported(s)
	if err != nil || reported {
		return err
	}
	text := fmt.Sprintf("%d of %d lines did not arrive, and were lost without a word: Close and Err gave no error", missing, len(lines))
	if s.log.Lost != nil {
		text += fmt.Sprintf(", and Lost() = %d", lost)
	}
	return errors.New(text)
}

// lost returns what the logger counts as lost: 0 if it does not count.
func (s *logging) lost() (int64, error) {
	if s.log.Lost == nil {
		return 0, nil
	}
	return callFor(s.ctx, s.within, "Lost", func(context.Context) (int64, error) { return s.log.Lost(), nil })
}

// reported reports whether Err gives an error.
func reported(s *logging) (bool, error) {
	if s.log.Err == nil {
		return false, nil
	}
	return callFor(s.ctx, s.within, "Err", func(context.Context) (bool, error) { return s.log.Err() != nil, nil })
}
