package scenarios

import (
	"context"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// NoReconnectStorm is the promise of a TCP logger that dials at most Dials times
// in each Within while its collector resets its connection and every new one, and
// its caller goes on logging. It may dial seldom, or never. On a machine that is too
// busy to log more than Dials lines, that is inconclusive.
var NoReconnectStorm = Promise[NetworkLogger]{
	variable: "NoReconnectStorm",
	Name:     "makes no reconnect storm",
	Why: "A thousand programs lost their collector in the same moment, and it never came up again. Loggers that dial for each line, or " +
		"start their backoff anew whenever a connect succeeds, keep it too busy with handshakes.",
	Labels: []string{"logger", "fault:reset"},
	check:  checkNoReconnectStorm,
}

func checkNoReconnectStorm(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkReset("makes no connections, and so no storm of them: there is nothing to promise"); err != nil {
		return err
	}
	refuse := fault.OnAccept(fault.Reset{}).FromConn(2).NeedNotFire()
	w := wire{what: "when the collector resets every connection", plan: rules(refuse)}
	return inLogging(ctx, l, w, func(s *logging) error { return weather(s, l) })
}

// pulseBeats is how often a pulse beats in the time that it is about, on a machine that
// is not too busy.
const pulseBeats = 32

// weather logs while the collector takes no connection, and counts the dials.
func weather(s *logging, l NetworkLogger) error {
	if err := s.establish(); err != nil {
		return err
	}
	reset, beats := time.Now(), subject.NewPulse(s.within/pulseBeats)
	defer beats.Stop()
	if err := s.endConns(transcript.ByRST); err != nil {
		return err
	}
	lines := 0
	for ; time.Since(reset) < s.within; lines++ {
		if err := s.print(shortLine(2 + lines)); err != nil {
			return err
		}
		if dialsAfterReset(s.srv.Transcript(), s.within) > l.dials() {
			break // in memory, dialing takes no time: it would never be over
		}
		seen := s.srv.Transcript().Conns()
		if err := s.await(time.Millisecond, func(t transcript.Transcript) bool { return t.Conns() > seen }); err != nil {
			return err
		}
	}
	beats.Stop()
	if n := dialsAfterReset(s.srv.Transcript(), s.within); n > l.dials() {
		return fmt.Errorf("it dialed %d times in %v, want at most %d", n, s.within, l.dials())
	}
	if err := provesCalm(lines, l.dials(), beats.Count(), s.within); err != nil {
		return err
	}
	return s.close()
}

// provesCalm returns an error if there can't have been a storm, because the caller
// logged too few lines, and not because the logger kept it waiting: the process had no
// time. There has to be at least one line.
func provesCalm(lines, dials, beats int, within time.Duration) error {
	if lines > dials || lines > 0 && beats >= pulseBeats/2 {
		return nil
	}
	return fmt.Errorf("%w: the machine is too busy: %d lines were logged in the %v after the reset", ErrInconclusive, lines, within)
}

// dialsAfterReset returns how many connections came within d after the first one
// was reset. They were dialed before they came, and after the reset: a busy machine
// counts fewer than there were, and never more.
func dialsAfterReset(t transcript.Transcript, d time.Duration) int {
	n, until := 0, time.Duration(0)
	for e := range t.All() {
		switch {
		case e.Kind == transcript.RST && e.Conn == 1 && e.Direction == transcript.ToClient:
			until = e.At + d
		case e.Kind == transcript.Accept && e.Conn > 1 && e.At <= until:
			n++
		}
	}
	return n
}
