package scenarios

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A logging is one logger at work on one collector.
type logging struct {
	ctx     context.Context // done when it is over
	within  time.Duration
	framing framing
	ordered bool // lines arrive in the order in which they were logged
	srv     fake
	log     Log
	uncut   error // why what arrived again could not be cut into lines
	closed  bool
}

// inLogging runs f with a logger that is open, on a collector at the end of wire w.
// What f finds is a broken promise.
func inLogging(ctx context.Context, l NetworkLogger, w wire, f func(s *logging) error) error {
	return atCollector(ctx, l, w, func(s *logging) error {
		var err error
		if w.down {
			err = carryOut("Down", s.srv.Down)
		}
		if err == nil {
			err = s.open(l)
		}
		if err == nil {
			err = f(s)
		}
		if err != nil && !isMisconduct(err) {
			s.close() // a logger that hangs is not waited for again
		}
		return err
	})
}

// atCollector is inLogging without a logger.
func atCollector(ctx context.Context, l NetworkLogger, w wire, f func(s *logging) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	srv, err := l.collector(ctx, w)
	if err != nil {
		return err
	}
	s := &logging{ctx: ctx, within: l.Within, framing: l.framing(), ordered: !l.Unordered, srv: srv}
	return srv.alone().verdict(w.what, w.kind, f(s))
}

// open makes the logger.
func (s *logging) open(l NetworkLogger) error {
	log, err := callFor(s.ctx, s.within, "Open", func(context.Context) (Log, error) { return l.Open(s.ctx, s.srv.Address()) })
	if err != nil {
		return ofOpen(err)
	}
	if log.Print == nil {
		return errNoPrint
	}
	s.log = s.framing.spelling(log)
	return nil
}

var errNoPrint = fmt.Errorf("%w: Open returned a Log without Print", ErrSubject)

// print logs one line.
func (s *logging) print(line string) error { return s.printWithin(s.within, line) }

// printWithin logs one line, which must not take longer than within.
func (s *logging) printWithin(within time.Duration, line string) error {
	return call(s.ctx, within, fmt.Sprintf("Print(%.20q…)", line), func(context.Context) error {
		s.log.Print(line)
		return nil
	})
}

// printEach logs lines, one after another.
func (s *logging) printEach(lines []string) error {
	for _, line := range lines {
		if err := s.print(line); err != nil {
			return err
		}
	}
	return nil
}

// close closes the logger. That it reports an error is no reason to find fault:
// what counts is what arrived.
func (s *logging) close() error {
	err := s.hangUp()
	if isMisconduct(err) || errors.Is(err, ErrInconclusive) {
		return err
	}
	return nil
}

// hangUp closes the logger once, and returns what Close returned.
func (s *logging) hangUp() error {
	if s.closed {
		return nil
	}
	s.closed = true
	return call(s.ctx, s.within, "Close", func(context.Context) error { return s.log.close() })
}

// patience is how long the logger has for what it promised, and some slack.
func (s *logging) patience() time.Duration { return s.within + slackOf(s.ctx) }

// readOnAfter is longWait, or less where Within is short.
func (s *logging) readOnAfter() time.Duration { return min(longWait, s.within/4) }

// await waits until done holds for the record. That it never does is for the
// caller to find out.
func (s *logging) await(d time.Duration, done func(transcript.Transcript) bool) error {
	ctx, cancel := context.WithTimeout(s.ctx, d)
	defer cancel()
	err := s.srv.Wait(ctx, done)
	if err != nil && s.ctx.Err() != nil {
		return interrupted(s.ctx)
	}
	return nil
}

// pause waits for d, unless the run is interrupted.
func (s *logging) pause(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-s.ctx.Done():
		return interrupted(s.ctx)
	}
}

// wantAll waits for the lines, or for the end of all connections, and says which
// did not arrive whole, once and in order.
func (s *logging) wantAll(lines []string) error {
	t, err := s.settle(s.lastOf(lines)...)
	if err != nil {
		return err
	}
	return s.judgeLines(t, func(got []string) error { return s.arrived(got, lines, 0) })
}

// judgeLines says what is wrong with the lines that a collector got: nothing, if nothing is
// connection by connection, or in the order in which they were read. Connections that are
// open at the same time have no other order.
func (s *logging) judgeLines(t transcript.Transcript, judge func(got []string) error) error {
	got, uncut := s.framing.received(t)
	wrong := judge(got)
	if wrong != nil && t.Conns() > 1 && judge(s.framing.receivedInTime(t)) == nil {
		wrong = nil
	}
	return errors.Join(uncut, s.framing.advise(wrong))
}

// lastOf returns those of lines that arrive last: where there is no order, any may.
func (s *logging) lastOf(lines []string) []string {
	if s.ordered {
		return lines[len(lines)-1:]
	}
	return lines
}

// arrived says which of the lines that were logged are not in got whole, once and in
// order, but for the first of them, which may be missing.
func (s *logging) arrived(got, logged []string, mayMiss int) error {
	if s.ordered {
		return arrived(got, logged[mayMiss:])
	}
	return arrivedInAnyOrder(got, logged, mayMiss)
}

// settle waits until the collector heard the lines or all connections have
// ended, and returns the whole record.
func (s *logging) settle(lines ...string) (transcript.Transcript, error) {
	heard := 0
	return s.settleOn(func(t transcript.Transcript) bool {
		if !s.ordered && len(lines) > 1 {
			return s.framing.heardAll(t, lines)
		}
		for heard < len(lines) && s.framing.heard(t, lines[heard]) {
			heard++
		}
		return heard == len(lines)
	})
}

// settleOn waits until done holds for the record or all connections have ended,
// and returns the whole record.
func (s *logging) settleOn(done func(transcript.Transcript) bool) (transcript.Transcript, error) {
	over := func(t transcript.Transcript) bool { return allEnded(t, transcript.FromClient) || done(t) }
	if err := s.await(s.patience(), over); err != nil {
		return transcript.Transcript{}, err
	}
	s.srv.Stop() // takes what else has arrived, such as the same line again
	t := s.srv.Transcript()
	if n := t.Drops(); n > 0 {
		return t, fmt.Errorf("%w: the collector's socket lost %d datagrams for want of buffer", ErrInconclusive, n)
	}
	return t, nil
}
