package fault

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// validateContent says what makes no sense about the bytes that the rule looks for.
func (r Rule) validateContent(m Medium) error {
	switch {
	case r.Contains == nil:
	case m == Streams:
		return errors.New("Containing is for datagrams: use AfterMatch")
	case len(r.Contains) == 0:
		return errors.New("Containing: nothing to look for")
	}
	return errors.Join(r.After.validateMatch(m), r.validateWrites(m), r.validateAcross(), r.validateEvery())
}

// validateMatch says what makes no sense about the match itself.
func (t Trigger) validateMatch(m Medium) error {
	switch {
	case t.Match != nil && len(t.Match) == 0:
		return errors.New("AfterMatch: nothing to match")
	case t.Nth < 0:
		return fmt.Errorf("AfterNthMatch(%d): matches are counted from 1", t.Nth)
	case t.Plus < 0:
		return fmt.Errorf("Plus(%d): want 0 or more", t.Plus)
	case t.MatchIn > transcript.ToClient:
		return fmt.Errorf("AfterMatchIn: direction %d: want FromClient or ToClient", t.MatchIn)
	case m == Datagrams && t.Plus != 0:
		return errors.New("Plus is for streams: a rule of datagrams begins after the one with the match")
	case t.Match == nil && (t.Nth != 0 || t.Every || t.Plus != 0 || t.MatchIn != transcript.Neither):
		return errors.New("Nth, Every, Plus and MatchIn say which match, and there is none: set Match, too")
	}
	return nil
}

func (r Rule) validateWrites(m Medium) error {
	switch t := r.After; {
	case t.Writes < 0:
		return fmt.Errorf("AfterWrites(%d): want 0 or more", t.Writes)
	case t.Writes > 0 && m == Datagrams:
		return errors.New("AfterWrites is for streams: use AfterDatagrams")
	case t.Writes > 0 && r.Direction == transcript.FromClient:
		return errors.New("AfterWrites is for ToClient: how the client cuts its writes is not to be seen")
	}
	return nil
}

// validateAcross refuses what counts in the rule's own direction for a match in the other.
func (r Rule) validateAcross() error {
	t := r.After
	if !r.looksAcross() || t.Bytes == 0 && t.Datagrams == 0 && t.Writes == 0 {
		return nil
	}
	return errors.New("AfterMatchIn takes no AfterBytes, AfterDatagrams or AfterWrites: they count in the rule's own direction, and the match comes in the other")
}

func (r Rule) validateEvery() error {
	if !r.After.Every {
		return nil
	}
	switch f, once := r.Fault.(pointFault); {
	case once && f.point().Op.Ends():
		return fmt.Errorf("AfterEveryMatch: %s ends the stream: there is no match after it", f.Kind())
	case !once && r.Until == Window{}:
		return fmt.Errorf("AfterEveryMatch: %s goes on from the first match to the end: give it a window, by ForBytes, ForDatagrams or ForTime", r.Fault.Kind())
	}
	return nil
}
