package scenarios

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// SurvivesAnyCollector is the promise of a logger that nothing breaks which a search tries: it is what SurvivesAnyWire is
// of a TCP client. Package explore makes plans from what the logger sends on a healthy wire: its collector refuses
// connections, takes them and says nothing, stops reading, resets or closes them, at their beginning and where lines end,
// and comes back.
//
// In each trial the logger gets eight lines, with a pause of 20 ms after each, and is closed. Open, Print and Close return
// within Within each, and nothing stays that does not stay on a healthy wire, either. What arrives arrives whole, and in
// order, unless the logger is Unordered. A line that was logged when its connection had ended some milliseconds before,
// and the collector was there again, arrives; or else the logger says that something is lost, by an error of Close or
// Err, or by Lost. What was under way when a connection broke is nobody's fault.
//
// How many plans there are is as with SurvivesAnyWire: 100 in memory, and 24 on sockets, where the kernel takes all lines
// for a collector that does not read. It is inconclusive where lines don't arrive on a healthy wire, or can't be
// recognized, as when they are compressed.
var SurvivesAnyCollector = Promise[NetworkLogger]{
	variable: "SurvivesAnyCollector",
	Name:     "survives any collector",
	Why: "The audit asked for a day in March, and a minute of it was missing, in one program of forty. Its logger had met a collector that did " +
		"what none had done in its tests: it had closed the connection after half a line, and had come back at once.",
	Labels: []string{"logger", "fault:slice", "fault:close", "fault:reset", "fault:stall", "fault:blackhole", "fault:refused", "fault:unanswered"},
	check:  checkSurvivesAnyCollector,
}

func checkSurvivesAnyCollector(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	m := fault.Streams
	if l.sendsDatagrams() {
		m = fault.Datagrams
	}
	s := newSearching(ctx, l.Within, l.Dials, func(ctx context.Context, p fault.Plan) (fakeserver.Wire, error) {
		return l.collector(ctx, wire{plan: p})
	})
	if l.Unordered {
		s.cfg.Without = append(s.cfg.Without, explore.OutOfOrder)
	}
	subject = inTurnOf(subject)
	return s.verdict(explore.SearchLogger(s.ctx, s.cfg, m, func(ctx context.Context, w *explore.Wire) (explore.Log, error) {
		log, err := subject().Open(ctx, w.Addr())
		if err != nil {
			return explore.Log{}, err
		}
		if log.Print == nil {
			return explore.Log{}, errNoPrint
		}
		s := searchedLog{log: log}
		return explore.Log{Print: s.print, Close: s.close, Err: s.lost}, nil
	}))
}

// A searchedLog is a logger as a search takes it.
type searchedLog struct {
	log Log

	mu      sync.Mutex // guards what follows
	closed  bool
	closing error // what Close returned
}

// print logs a line. What becomes of one after Close is another promise's business.
func (s *searchedLog) print(line string) error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if !closed {
		s.log.Print(line)
	}
	return nil
}

// close closes the logger. That it reports an error is no reason to find fault, and counts as a report of lines that are lost.
func (s *searchedLog) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.log.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = err
	return nil
}

// lost returns what the logger has to report of lines that it has lost, when it is closed.
func (s *searchedLog) lost() error {
	s.mu.Lock()
	err := s.closing
	s.mu.Unlock()
	if s.log.Err != nil {
		err = errors.Join(err, s.log.Err())
	}
	if s.log.Lost != nil {
		if n := s.log.Lost(); n != 0 {
			err = errors.Join(err, fmt.Errorf("%d lines are lost", n))
		}
	}
	return err
}
