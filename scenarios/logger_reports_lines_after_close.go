package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// ReportsLinesAfterClose is the promise of a logger whose Print may come after Close: it
// returns within Within, does not panic, and makes no new connection, nor sends from a
// new socket. That the lines are lost is said by an error of Err, or by Lost, which then counts
// them all. Those that arrive nevertheless, on the connection that there was, are not lost.
//
// It needs Close.
var ReportsLinesAfterClose = Promise[NetworkLogger]{
	variable: "ReportsLinesAfterClose",
	Name:     "reports lines that are logged after its Close",
	Why: "A service shut down, its log first, and what went wrong after that was never seen: the lines went to a queue that nothing reads " +
		"any more. Other loggers panic then, with a send on a closed channel, or dial anew and leave a connection that nothing closes.",
	Labels: []string{"logger"},
	check:  checkLinesAfterClose,
}

func checkLinesAfterClose(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	return inLogging(ctx, l, wire{what: "logging after its Close"}, logAfterClose)
}

// logAfterClose closes a logger at work, logs on, and wants to be told, and no new connection.
func logAfterClose(s *logging) error {
	if s.log.Close == nil {
		return fmt.Errorf("%w: Close is nil, and this promise is about what comes after it", ErrSubject)
	}
	if err := s.establish(); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	if err := s.await(s.patience(), func(t transcript.Transcript) bool { return s.srv.isPacket() || allEnded(t, transcript.FromClient) }); err != nil {
		return err
	}
	before := s.srv.Transcript().Conns()
	late := textLines(2, afterEnd, shortSize)
	if err := s.printEach(late); err != nil {
		return err
	}
	if err := s.await(s.readOnAfter(), func(t transcript.Transcript) bool { return t.Conns() > before }); err != nil {
		return err
	}
	missing, err := s.settleOnLines(late)
	if err != nil {
		return err
	}
	if s.srv.Transcript().Conns() > before {
		return fmt.Errorf("it came back to life, with a new socket: %d of %d lines arrived", int64(len(late))-missing, len(late))
	}
	return s.wantOwned(missing, late, nil)
}
