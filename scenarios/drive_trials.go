package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A trial is one exchange on a wire that misbehaves.
type trial struct {
	what  string // it reads after the promise's name
	plan  fault.Plan
	ready func(fakes) error // what to do to the servers before the client works; may be nil
	kind  error             // of what is found; nil: ErrBroken

	session bool   // the client has to have sessions
	relay   *relay // stands at the wire; may be nil
}

// rehearsal is a trial in which nothing goes wrong. A client that does not work there
// can't be put to the test.
var rehearsal = trial{what: "on a healthy wire", kind: ErrInconclusive}

// rules makes a plan of rules.
func rules(all ...fault.Rule) fault.Plan { return fault.Plan{Rules: all} }

// inPlaceOf returns a plan by which f comes in place of the byte at an offset of what the
// server sends: there has to be such a byte this time. A rule that acts after the byte before
// it would act, too, where that is the last one, and the client has its whole reply.
func inPlaceOf(at int64, f fault.Fault) fault.Plan {
	return rules(fault.ToClient(fault.Blackhole{}).AfterBytes(at), fault.ToClient(f).AfterBytes(at+1))
}

// inTrials makes a promise's check of its two halves: the trials, which depend on
// what the server sends on a healthy wire, and a judge of their outcomes.
//
// They follow one another, as long as none takes long. So that a sweep does not take
// minutes with a client that waits before it tries again, the others then run abreast,
// each with a subject and servers of its own.
func inTrials[S clientSubject](trials func(healthy history) ([]trial, error), j judge) func(context.Context, func() S) error {
	return atPace[S](asNeeded, trials, j)
}

// inTrialsThatWait is inTrials for what makes the client wait for its deadline: the
// trials run abreast from the beginning.
func inTrialsThatWait[S clientSubject](trials func(healthy history) ([]trial, error), j judge) func(context.Context, func() S) error {
	return atPace[S](together, trials, j)
}

// atPace makes a check whose trials run at a pace.
func atPace[S clientSubject](p pace, trials func(healthy history) ([]trial, error), j judge) func(context.Context, func() S) error {
	return func(ctx context.Context, subject func() S) error {
		healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
		for try := 1; err == nil; try++ {
			all, wrong := trials(healthy)
			if wrong != nil {
				return fmt.Errorf("%w: %w", ErrInconclusive, wrong)
			}
			found := tryEach(p, subject, len(all), func(i int, subject func() S) error {
				_, err := exchange(ctx, subject, all[i], j)
				return err
			})
			if try == maxTrials || !errors.Is(found, errNotTried) {
				return found
			}
			if healthy, err = shorter(ctx, subject, healthy); err != nil {
				return found
			}
		}
		return err
	}
}

// shorter rehearses again, and returns the records in which a server sends less. The length
// of a reply may vary, and the shortest is most likely to have each of its offsets again.
func shorter[S clientSubject](ctx context.Context, subject func() S, healthy records) (records, error) {
	again, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if serverSent(longest(again)) < serverSent(longest(healthy)) {
		healthy = again
	}
	return healthy, err
}

// exchange lets the subject do its work once, on servers of its own, and returns
// the records. What the judge finds becomes an error of t's kind.
func exchange[S clientSubject](ctx context.Context, subject func() S, t trial, j judge) (records, error) {
	c, err := subject().client()
	if err != nil {
		return nil, err
	}
	srv, err := c.serve(ctx, t)
	if err != nil {
		return nil, err
	}
	o := c.attempt(ctx, srv.Address())
	finding := o.err
	if !errors.Is(o.err, ErrInconclusive) { // it was not interrupted
		finding = j(c, o)
	}
	if finding != nil && o.err == nil && o.answer == c.want {
		finding = cmp.Or(srv.spared(), finding)
	}
	err = srv.verdict(t.what, t.kind, finding)
	return srv.records(), err
}

// serve starts the servers at the end of t's wire.
func (c client) serve(ctx context.Context, t trial) (fakes, error) {
	srv, err := c.listen(ctx, t.plan)
	srv.relay = t.relay
	if err != nil || t.ready == nil {
		return srv, err
	}
	if err := t.ready(srv); err != nil {
		return srv, fmt.Errorf("%w: %s: %w", ErrInconclusive, t.what, errors.Join(err, srv.Stop()))
	}
	return srv, nil
}

// A judge says what is wrong with what c made of an exchange: nil if nothing is.
type judge func(c client, o outcome) error

// wantAnswer judges that an exchange must give what it gives on a healthy wire.
func wantAnswer(c client, o outcome) error { return o.wantAnswer(c.want) }

// wantError judges that an exchange must give an error, in time.
func wantError(c client, o outcome) error {
	if o.failed() {
		return nil
	}
	return o.but("want an error within %v", c.within)
}

// wantErrorOfPart is wantError where a part of the reply came. If that was all that the
// client waits for, the mistake is the Handler's.
func wantErrorOfPart(c client, o outcome) error {
	err := wantError(c, o)
	if err != nil && o.err == nil && o.answer == c.want {
		return fmt.Errorf("%w; this is its whole answer: what the client does not wait for, the Handler is not to send", err)
	}
	return err
}
