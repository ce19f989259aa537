package scenarios

import (
	"context"
	"fmt"
	"strings"
	"time"

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
// or that of Err, or by counting them. It has Within for that, since what counts them may be
// a goroutine of its own.
func (s *logging) wantOwned(missing int64, lines []string, closing error) error {
	if missing == 0 || closing != nil {
		return nil
	}
	for began := time.Now(); ; {
		owned, said, err := s.ownsUp(missing)
		switch {
		case owned || err != nil:
			return err
		case time.Since(began) >= s.within:
			return fmt.Errorf("%d of %d lines did not arrive, and were lost without a word: %s", missing, len(lines), said)
		}
		if err := s.pause(s.within / reportTries); err != nil {
			return err
		}
	}
}

// ownsUp reports whether the logger says by now that lines are missing, and what it says if it
// does not.
func (s *logging) ownsUp(missing int64) (owned bool, said string, err error) {
	lost, err := s.lost()
	if err != nil || lost >= missing {
		return true, "", err
	}
	if owned, err = reported(s); owned || err != nil {
		return owned, "", err
	}
	said = "Close and Err gave no error"
	if s.log.Lost != nil {
		said += fmt.Sprintf(", and Lost() = %d", lost)
	}
	return false, said, nil
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
