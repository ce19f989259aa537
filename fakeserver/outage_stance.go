package fakeserver

// A stance is what a server does with what is new. The later of two prevails.
type stance int

const (
	taking   stance = iota
	ignoring        // it gives no answer
	refusing
)

// stance returns what the server does during the outage.
func (o *outage) stance() stance {
	if o.ignores {
		return ignoring
	}
	return refusing
}

// A refuser has a port at which it can refuse what is new. Its methods need life.
type refuser interface {
	// beginUp lets the server begin by taking what is new; beginDown, by refusing it.
	beginUp() error
	beginDown(rule string) error
	// refuse refuses what is new from now on, unless it does.
	refuse(why, rule string) error
	// ignore gives it no answer, unless it does so.
	ignore(rule string) error
	// resume takes it again, unless it does.
	resume(rule string) error
	// restart returns what ends all that the server has now, which doesn't need life.
	restart(o *outage) (end func() error)
}

// stanceLocked returns what the server is to do with what is new, and the first outage that wants
// that; nil, if it is by hand. It needs life.
func (a *outages) stanceLocked() (s stance, by *outage) {
	s = a.byHand
	for _, o := range a.lasting {
		if o.stance() > s {
			s, by = o.stance(), o
		}
	}
	return s, by
}

// assumeLocked lets the server do what an outage wants, unless something else prevails. It needs life.
func (a *outages) assumeLocked(o *outage) error {
	now, _ := a.stanceLocked()
	switch want := o.stance(); {
	case want < now:
		return nil
	case want == ignoring:
		return a.port.ignore(o.rule)
	}
	return a.port.refuse(o.why(), o.rule)
}

// settleLocked takes what is new again after an outage, unless something else is still against
// it. It needs life.
func (a *outages) settleLocked(o *outage) error {
	switch s, by := a.stanceLocked(); s {
	case refusing:
		return nil
	case ignoring:
		return a.port.ignore(by.key())
	}
	return a.port.resume(o.rule)
}
