package scenarios

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// aboutReplies makes trials of replies fail where there was none to be spoilt.
func aboutReplies(trials func(healthy transcript.Transcript) ([]trial, error)) func(transcript.Transcript) ([]trial, error) {
	return func(healthy transcript.Transcript) ([]trial, error) {
		if len(longest(healthy).Datagrams(transcript.ToClient)) == 0 {
			return nil, errNoReply
		}
		return trials(healthy)
	}
}

// rehearseDo lets the subject work once on a healthy wire, and returns the record. A
// subject that gets no reply there has none that could be spoilt.
func rehearseDo(ctx context.Context, subject func() UDPClient) (transcript.Transcript, error) {
	healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if err == nil && len(longest(healthy).Datagrams(transcript.ToClient)) == 0 {
		err = fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
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
		r = r.NeedNotFire()
	}
	return fault.Plan{Rules: []fault.Rule{r}}
}

// wantItsOwn wants the answer of an exchange of a session, and no other.
func wantItsOwn(o outcome, want string) error {
	switch {
	case errors.Is(o.err, ErrInconclusive):
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
	case o.err != nil && !isMisconduct(o.err) && !errors.Is(o.err, ErrInconclusive):
		return nil
	case o.err == nil && o.answer != want:
		return fmt.Errorf("%v, want %q or an error", o, want)
	}
	return wantItsOwn(o, want)
}
