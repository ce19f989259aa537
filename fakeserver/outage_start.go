package fakeserver

import (
	"errors"
	"net"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a server does when it starts: it takes what is new, unless its plan or its config says that
// it is down.

// open lets the server begin, down by hand if so, and by the plan's rules for its start.
func (a *outages) open(down bool) error {
	a.life.lock()
	defer a.life.unlock()
	if down {
		a.byHand = refusing
	}
	for _, o := range a.c.takeStart() {
		a.lastLocked(o)
	}
	if err := a.beginLocked(); err != nil {
		return err
	}
	for _, o := range a.lasting {
		a.c.wg.Add(1)
		go a.awaitAlone(o)
	}
	return nil
}

func (a *outages) beginLocked() error {
	switch s, by := a.stanceLocked(); s {
	case refusing:
		return a.port.beginDown(by.key())
	case ignoring:
		return a.port.ignore(by.key())
	}
	return a.port.beginUp()
}

// takeStart counts and records what the plan lets begin at the server's start, or now that the plan
// has come.
func (s *core) takeStart() (all []*outage) {
	prog := s.program()
	for _, step := range prog.Start() {
		s.rec.Add(transcript.Event{Kind: transcript.Fault, Rule: step.Rule, Text: step.Text})
		prog.Started(step)
		if takesDown(step) {
			all = append(all, outageOf(step))
		}
	}
	return all
}

// beginNow lets the outages begin that a new plan has for now, and returns when they have.
func (s *core) beginNow() {
	for _, o := range s.takeStart() {
		_, err := s.outages.startAlone(o, func() error { return nil })
		if err != nil && !errors.Is(err, net.ErrClosed) {
			s.outages.failed(o, err)
		}
	}
}
