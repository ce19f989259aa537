package scenarios

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SurvivesRestart is the promise of a logger whose collector goes away, refuses
// connections or datagrams while its caller goes on, and comes back on the same
// port: Print neither panics nor hangs, and within Within of the return lines arrive
// again. Lines logged meanwhile may be lost; from the first that arrives on, all do,
// whole, once and in order. A TCP collector ends its connections with an RST, or with
// a FIN, and an RST to whatever is sent after it, as a process that is killed does.
var SurvivesRestart = Promise[NetworkLogger]{
	variable: "SurvivesRestart",
	Name:     "survives a restart of the collector",
	Why: "The collector was updated, its port refused for some seconds, and a program logged nothing until it was restarted itself, " +
		"months later. A logger that dials once more and then gives up, or takes one \"connection refused\" for the last word, never " +
		"comes back.",
	Labels: []string{"logger", "fault:refused", "fault:reset"},
	check:  checkSurvivesRestart,
}

func checkSurvivesRestart(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	restart := func(l NetworkLogger, what string, how transcript.Ending) error {
		return inLogging(ctx, l, wire{what: what}, func(s *logging) error { return logThroughRestart(s, how) })
	}
	if l.sendsDatagrams() || l.isUnix() {
		return restart(l, "when the collector restarts", transcript.ByRST)
	}
	return inTurn(
		func() error {
			return restart(l, "when the collector restarts, and resets its connections", transcript.ByRST)
		},
		func() error {
			return restart(subject(), "when the collector restarts, and closes its connections", transcript.ByClose)
		},
	)
}

// whileDown is how many lines are logged while the collector is down.
const whileDown = 4

// logThroughRestart logs before the collector goes down, meanwhile, and when it is
// back.
func logThroughRestart(s *logging, how transcript.Ending) error {
	if err := s.establish(); err != nil {
		return err
	}
	before := s.srv.Transcript()
	if err := s.down(); err != nil {
		return err
	}
	if err := s.endConns(how); err != nil {
		return err
	}
	if err := s.printShort(2, whileDown); err != nil {
		return err
	}
	if err := s.up(); err != nil {
		return err
	}
	return s.wantRecovery(2+whileDown, sinceRestart(s, before))
}

// sinceRestart returns what arrived after what before holds.
func sinceRestart(s *logging, before transcript.Transcript) since {
	if !s.srv.isPacket() {
		return s.afterConn(before.Conns())
	}
	lines := func(t transcript.Transcript) []string {
		all, _ := s.framing.received(t) // of datagrams there is no error
		return all
	}
	n := len(lines(before))
	return func(t transcript.Transcript) []string { return lines(t)[n:] }
}
