package fault

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// validate says what about the rule makes no sense on m.
func (r Rule) validate(m Medium) []error {
	if r.Fault == nil {
		return []error{errors.New("Fault is nil")}
	}
	if !worksOn(r.Fault, m) {
		return []error{misplaced(r.Fault, m)}
	}
	return flatten(r.validateDirection(m), r.Conns.validate(), r.After.validate(m), r.validateContent(m), r.validateUntil(m), r.validateChance(m), r.Demand.validate(), r.Fault.Validate(), r.validateOn(m))
}

// validateOn says what about the fault's fields makes no sense on m alone.
func (r Rule) validateOn(m Medium) error {
	if f, ok := r.Fault.(interface{ validateOn(Medium) error }); ok {
		return f.validateOn(m)
	}
	return nil
}

// misplaced says that f is not for m, and what is.
func misplaced(f Fault, m Medium) error {
	other, itsPlace := Streams, "streams"
	if m == Streams {
		other, itsPlace = Datagrams, "datagrams"
	}
	if !worksOn(f, other) {
		return fmt.Errorf("%T is no fault of this package", f)
	}
	var there []string
	for _, known := range faults {
		if worksOn(known, m) {
			there = append(there, known.Kind())
		}
	}
	return fmt.Errorf("%s is not a fault of %v: it is for %v; of %v there are %s", f.Kind(), m, itsPlace, m, strings.Join(there, ", "))
}

// flatten returns all errors that are not nil, and those that others join.
func flatten(errs ...error) []error {
	var all []error
	for _, err := range errs {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			all = append(all, flatten(joined.Unwrap()...)...)
		} else if err != nil {
			all = append(all, err)
		}
	}
	return all
}

func (r Rule) validateDirection(m Medium) error {
	switch r.Direction {
	case transcript.FromClient, transcript.ToClient:
		if isAcceptOnly(r.Fault) {
			return fmt.Errorf("%s is for OnAccept: it lets Accept fail, and nothing else", r.Fault.Kind())
		}
		return nil
	case ServerStart:
		return r.validateStart()
	case transcript.Neither:
	default:
		return fmt.Errorf("Direction is %d: make the rule with FromClient, ToClient, OnAccept or AtStart", r.Direction)
	}
	if m == Datagrams {
		return errors.New("OnAccept is for streams: datagrams are not accepted")
	}
	if _, ok := r.Fault.(acceptFault); !ok {
		return notOnAccept(r.Fault)
	}
	if !reflect.ValueOf(r.After).IsZero() {
		return errors.New("OnAccept comes before everything: it takes no After")
	}
	return nil
}

// notOnAccept says that f can't act on accept, and what comes next to that.
func notOnAccept(f Fault) error {
	instead := "ToClient and FromClient act from the beginning"
	if isPoint(f) {
		instead = "ToClient acts when the handler starts"
	}
	return fmt.Errorf("OnAccept is for Reset, Close, Stall, Down, IgnoreDials and FailAccept, not for %s: %s", f.Kind(), instead)
}

func (c Conns) validate() error {
	for _, n := range c.Only {
		if n < 1 {
			return fmt.Errorf("OnConn(%d): connections are numbered from 1", n)
		}
	}
	if c.From < 0 {
		return fmt.Errorf("FromConn(%d): connections are numbered from 1", c.From)
	}
	if c.From > 0 && len(c.Only) > 0 {
		return errors.New("OnConn and FromConn: want one of them")
	}
	return nil
}

func (t Trigger) validate(m Medium) error {
	switch {
	case t.Bytes < 0:
		return fmt.Errorf("AfterBytes(%d): want 0 or more", t.Bytes)
	case t.Datagrams < 0:
		return fmt.Errorf("AfterDatagrams(%d): want 0 or more", t.Datagrams)
	case t.Time < 0:
		return fmt.Errorf("AfterTime(%v): want 0 or more", t.Time)
	case m == Datagrams && t.Bytes != 0:
		return errors.New("AfterBytes is for streams: use AfterDatagrams")
	case m == Streams && t.Datagrams != 0:
		return errors.New("AfterDatagrams is for datagrams: use AfterBytes")
	case t.Now && !reflect.DeepEqual(t, Trigger{Now: true}):
		return errors.New("Now is where a connection stands when the rule comes: it takes no other After")
	}
	return nil
}

func (r Rule) validateUntil(m Medium) error {
	u := r.Until
	switch {
	case u.Bytes < 0:
		return fmt.Errorf("ForBytes(%d): want 0 or more", u.Bytes)
	case u.Datagrams < 0:
		return fmt.Errorf("ForDatagrams(%d): want 0 or more", u.Datagrams)
	case u.Time < 0:
		return fmt.Errorf("ForTime(%v): want 0 or more", u.Time)
	case m == Datagrams && u.Bytes != 0:
		return errors.New("ForBytes is for streams: use ForDatagrams")
	case m == Streams && u.Datagrams != 0:
		return errors.New("ForDatagrams is for datagrams: use ForBytes")
	}
	if isPoint(r.Fault) && u != (Window{}) {
		return fmt.Errorf("%s acts once, at an offset: it takes no ForBytes or ForTime", r.Fault.Kind())
	}
	return nil
}

func (r Rule) validateChance(m Medium) error {
	if r.Limit < 0 {
		return fmt.Errorf("Times(%d): want 0 or more", r.Limit)
	}
	if r.Limit > 0 && m == Streams && !countsHits(r.Fault) {
		return fmt.Errorf("Times(%d): %s is not a matter of times: use ForBytes or ForTime", r.Limit, r.Fault.Kind())
	}
	if f, once := r.Fault.(pointFault); once && r.Limit > 1 && !isAcceptOnly(f) {
		switch {
		case f.point().Op.Ends():
			return fmt.Errorf("Times(%d): %s acts once on each connection: it ends the stream", r.Limit, f.Kind())
		case len(r.After.Match) == 0:
			return fmt.Errorf("Times(%d): %s acts once on each connection, or at each of so many matches: give it an AfterMatch, or make a rule for each time", r.Limit, f.Kind())
		}
	}
	if r.Probability == nil {
		return nil
	}
	return checkRate("WithProbability", *r.Probability)
}

// countsHits reports whether a stream's fault acts a number of times.
func countsHits(f Fault) bool {
	switch f.(type) {
	case pointFault, cutFault, transformFault:
		return true
	}
	return false
}
