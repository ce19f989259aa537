package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// ReportsRefusedCollector is the promise of a logger that says so when nothing
// takes its lines, because the collector's port refuses: from the start on, and
// after it was there. The error of Open says so, or that of Close, or that of Err
// at any time from the first line on that could not be delivered.
//
// A UDP logger learns of it too, at its second line: the answer to the first is
// "port unreachable", which the kernel reports with the next call.
var ReportsRefusedCollector = Promise[NetworkLogger]{
	variable: "ReportsRefusedCollector",
	Name:     "reports a collector that refuses",
	Why: "The collector's address had a typo, and a day later there was a whole day without a log. A logger that throws the errors of " +
		"its writes away, as package log does, gives no sign of it.",
	Labels: []string{"logger", "fault:refused"},
	check:  checkReportsRefused,
}

func checkReportsRefused(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	l.Open = reportingOpen(l.Open)
	return inTurn(
		func() error {
			w := wire{what: "refused from the start", down: true}
			return inLogging(ctx, l, w, func(s *logging) error { return wantReport(s, 1) })
		},
		func() error { return inLogging(ctx, subject(), wire{what: "refused after a while"}, reportLoss) },
	)
}

// reportingOpen makes what Open reports what Err reports.
func reportingOpen(open func(context.Context, string) (Log, error)) func(context.Context, string) (Log, error) {
	return func(ctx context.Context, addr string) (Log, error) {
		log, err := open(ctx, addr)
		if err != nil {
			return Log{Print: func(string) {}, Err: func() error { return err }}, nil
		}
		return log, nil
	}
}

// reportLoss lets a logger at work lose its collector.
func reportLoss(s *logging) error {
	if err := s.establish(); err != nil {
		return err
	}
	if err := s.down(); err != nil {
		return err
	}
	if err := s.endConns(transcript.ByRST); err != nil {
		return err
	}
	return wantReport(s, 2)
}

// reportTries is how many lines are logged within Within before Close is called.
const reportTries = 20

// wantReport logs lines from number n on until the logger reports something, and
// closes it.
func wantReport(s *logging, n int) error {
	never := func(transcript.Transcript) bool { return false }
	for began := time.Now(); time.Since(began) < s.within; n++ {
		if err := s.print(shortLine(n)); err != nil {
			return err
		}
		if reported, err := reported(s); reported || err != nil {
			return errors.Join(err, s.close())
		}
		if err := s.await(s.within/reportTries, never); err != nil {
			return err
		}
	}
	if err := s.hangUp(); isMisconduct(err) || errors.Is(err, ErrInconclusive) {
		return err
	} else if err != nil {
		return nil
	}
	reported, err := reported(s)
	if err != nil || reported {
		return err
	}
	return errors.New("the lines were lost without a word: Open, Close and Err gave no error")
}
