package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// aboutReplies makes trials of replies fail where there was none to be spoiled.
func aboutReplies(trials func(healthy history) ([]trial, error)) func(history) ([]trial, error) {
	return func(healthy history) ([]trial, error) {
		if !hasReply(healthy) {
			return nil, errNoReply
		}
		return trials(healthy)
	}
}

// rehearseDo lets the subject work once on a healthy wire. A subject that gets no reply
// there has none that could be spoiled.
func rehearseDo(ctx context.Context, subject func() UDPClient) error {
	healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if err == nil && !hasReply(healthy) {
		err = fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
	}
	return err
}

func hasReply(healthy history) bool {
	return len(longest(healthy).Datagrams(transcript.ToClient)) > 0
}

// sessionExchanges is how many exchanges a session has in which datagrams go astray.
const sessionExchanges = 3

// maxDatagrams is how many datagrams of one direction are spoiled, each in a trial.
const maxDatagrams = 16

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
	return rules(r)
}
