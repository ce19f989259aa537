package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// undone says what was to happen on the wire, and did not: rules that never acted, on any
// server, and a place that the dialogue never came to. It is for servers that have closed. A
// scenario whose fault never happened proves nothing, neither for the subject nor against it.
func (f fakes) undone() error {
	reports := f.reports()
	var errs []error
	for i, r := range f.plan.Rules {
		fired := slices.ContainsFunc(reports, func(all fault.Report) bool { return all.Rules[i].State == fault.Fired })
		if !fired && r.Demand != fault.NeedNotFire {
			errs = append(errs, fmt.Errorf("rule %s never acted", reports[0].Rules[i].Key))
		}
	}
	return errors.Join(append(errs, f.relay.missed())...)
}

// reports returns what became of the plan on each server.
func (f fakes) reports() (all []fault.Report) {
	for _, srv := range f.all {
		all = append(all, srv.Report())
	}
	return all
}

// spared returns an error if nothing happened on a connection on which a server sent
// something, though each rule is for all: one that asks again may have got its answer there,
// such as one that is shorter this time, and ends before the byte that the rule is about.
func (f fakes) spared() error {
	if !f.forAll() {
		return nil
	}
	all := f.records()
	for c, t := range all.each() {
		if serverSent(t) > 0 && len(t.Faults()) == 0 {
			return fmt.Errorf("%w: on %s %w", ErrInconclusive, all.name(c), errNotTried)
		}
	}
	return nil
}

// forAll reports whether there are rules, and each is for all connections.
func (f fakes) forAll() bool {
	limited := func(r fault.Rule) bool { return !reflect.DeepEqual(r.Conns, fault.Rule{}.Conns) }
	return len(f.plan.Rules) > 0 && !slices.ContainsFunc(f.plan.Rules, limited)
}

// conclusive returns nil if the wire did what it was to do, and no handler failed.
func (f fakes) conclusive() error {
	return errors.Join(f.Stop(), f.each(fake.Verify), f.undone(), f.relay.conclusive())
}

// show adds the evidence of the servers to which something happened to err; if there is none, that
// of all.
func (f fakes) show(err error) error {
	some := f.touched()
	if len(some) == 0 {
		some = f.all
	}
	return &evidenced{err, evidenceOf(some)}
}

// verdict says what found, an error about a subject on a wire of the kind what,
// means: an error of the given kind, or if that is nil that the subject broke its
// promise, unless it says otherwise itself. But if the wire did not do what it was to do,
// what was found is about another trial than this was to be: that is inconclusive. If there
// is nothing, the promise was kept, provided that the handler did not fail either.
func (f fakes) verdict(what string, kind, found error) error {
	doubt := f.conclusive()
	undone := f.undone()
	switch {
	case errors.Is(found, ErrInconclusive), errors.Is(found, ErrSubject):
		return f.show(found)
	case found != nil && undone != nil:
		return f.show(fmt.Errorf("%w: %s: %w: %w, and the client: %w", ErrInconclusive, what, errNotTried, undone, found))
	case found != nil:
		return f.show(&breach{cmp.Or(kind, ErrBroken), what, found})
	case undone != nil:
		return f.show(fmt.Errorf("%w: %s: %w: %w", ErrInconclusive, what, errNotTried, doubt))
	case doubt != nil:
		return f.show(fmt.Errorf("%w: %s: %w", ErrInconclusive, what, doubt))
	}
	return nil
}

// errNotTried is in the error about a trial in which the wire did not do what it was to do,
// such as one whose reply was shorter than it had been before. Another may fare better.
var errNotTried = errors.New("this did not happen")
