package scenarios

import "fmt"

// CountsLostLines is the promise of a TCP logger that says with Lost how many lines
// a reset cost: never fewer than it did. The count is that of the lines that Print
// took and that did not arrive whole, with their end.
//
// It may be more, by the lines that did arrive on the connection that was reset.
// That is as good as it gets: lines that the logger's kernel took, and even those
// that the collector's kernel acknowledged, are gone when the collector is reset
// before it has read them, and where the collector does not answer, nothing tells
// them from those that it has read.
var CountsLostLines = Promise[NetworkLogger]{
	variable: "CountsLostLines",
	Name:     "says how many lines a reset cost",
	Why: "A gap in a log that says \"12 lines lost\" is a fact; one that says nothing is a trap. A logger that counts only the writes that " +
		"failed misses all lines that the kernel had taken and the reset threw away, and reports zero while lines are missing.",
	Labels: []string{"logger", "fault:reset"},
	check:  aroundResets(wantCount),
}

// wantCount wants Lost to be neither too low nor absurd.
func wantCount(s *logging, a aftermath) error {
	if s.log.Lost == nil {
		return fmt.Errorf("%w: Lost is nil: say how many lines the logger has lost", ErrLacks)
	}
	said, err := s.lost()
	if err != nil {
		return err
	}
	lost := a.lost()
	if limit := lost + a.onFirst(); said < lost || said > limit {
		return fmt.Errorf("Lost() = %d; %d of %d lines did not arrive whole, want %d to %d", said, lost, len(a.logged), lost, limit)
	}
	return nil
}
