package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// down lets the collector refuse who dials it.
func (s *logging) down() error {
	return s.carryOut("Down", s.srv.server.(interface{ Down() error }).Down)
}

// up lets the collector take connections again, on the same port.
func (s *logging) up() error {
	return s.carryOut("Up", s.srv.server.(interface{ Up() error }).Up)
}

// carryOut does something to the collector. That this is impossible says nothing
// about the logger.
func (s *logging) carryOut(what string, f func() error) error {
	if err := f(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrInconclusive, what, err)
	}
	return nil
}

// endConns ends the collector's connections, if there is such a thing, and waits
// until that has begun.
func (s *logging) endConns(how transcript.Ending) error {
	srv, ok := s.srv.server.(interface {
		CloseClientConns(how transcript.Ending) error
	})
	if !ok {
		return nil
	}
	if err := s.carryOut("CloseClientConns", func() error { return srv.CloseClientConns(how) }); err != nil {
		return err
	}
	return s.await(slackOf(s.ctx), func(t transcript.Transcript) bool { return allEndedBy(t, transcript.ToClient) })
}

// establish logs line 1 and waits until it has arrived, so that what follows
// happens to a logger at work.
func (s *logging) establish() error {
	first := resetLine(1)
	if err := s.print(first); err != nil {
		return err
	}
	return s.await(s.within+slackOf(s.ctx), func(t transcript.Transcript) bool { return heard(t, first) })
}
