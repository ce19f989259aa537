package scenarios

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// inTrialsAtOnce is inTrials for trials in which a client may wait for its
// deadline: they run at once, each on its own server.
func inTrialsAtOnce(trials func(healthy transcript.Transcript) ([]trial, error), judge func(c client, o outcome) string) func(context.Context, func() UDPClient) error {
	return func(ctx context.Context, subject func() UDPClient) error {
		healthy, err := rehearse(ctx, subject)
		if err != nil {
			return err
		}
		all, err := trials(healthy)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnproved, err)
		}
		return atOnce(subject, len(all), func(i int, subject func() UDPClient) error {
			_, err := exchange(ctx, subject, all[i], ErrBroken, judge)
			return err
		})
	}
}

// rehearse lets the subject work once on a healthy wire, and returns the record. A
// subject that gets no reply there has none that could be spoilt.
func rehearse(ctx context.Context, subject func() UDPClient) (transcript.Transcript, error) {
	healthy, err := exchange(ctx, subject, trial{what: "on a healthy wire"}, ErrUnproved, wantAnswer)
	if err == nil && len(longest(healthy).Datagrams(transcript.ToClient)) == 0 {
		err = fmt.Errorf("%w: %w", ErrUnproved, errNoReply)
	}
	return healthy, err
}

// mostDatagrams is how many datagrams of one direction are spoilt, each in a trial.
const mostDatagrams = 16

// onNth returns a plan that acts on the nth datagram of the first peer and
// direction of r. A client that asks again from another socket is another peer.
//
// On a healthy wire a busy machine may have made the client ask twice, so that
// only the first datagram is sure to come again.
func onNth(r fault.Rule, n int) fault.Plan {
	r = r.OnConn(1).AfterDatagrams(int64(n - 1)).ForDatagrams(1)
	if n > 1 {
		r = r.MayNotFire()
	}
	return fault.Plan{Rules: []fault.Rule{r}}
}

// wantItsOwn wants the answer of an exchange of a session, and no other.
func wantItsOwn(o outcome, want string) error {
	switch {
	case errors.Is(o.err, ErrUnproved):
		return o.err
	case o.err == nil && o.answer == want:
		return nil
	}
	return fmt.Errorf("%v, want %q, <nil>", o, want)
}

// wantItsOwnOrError wants the answer of an exchange of a session, or an error, and
// no other answer.
func wantItsOwnOrError(o outcome, want string) error {
	switch {
	case o.err != nil && !isMisconduct(o.err) && !errors.Is(o.err, ErrUnproved):
		return nil
	case o.err == nil && o.answer != want:
		return fmt.Errorf("%v, want %q or an error", o, want)
	}
	return wantItsOwn(o, want)
}
