package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// TriesAgainAfterReset is the promise of a TCP client that gets its answer although
// its first connection was reset: when it was accepted, when the server had got the
// request, and in the middle of the reply. Later connections are healthy, and Do
// returns Want, within Within.
//
// A client can't tell what the server had read before a reset, so this is for
// clients whose requests may be carried out twice. A client that keeps
// SendsRequestOnce can't make this promise.
var TriesAgainAfterReset = Promise[TCPClient]{
	variable: "TriesAgainAfterReset",
	Name:     "tries again after a reset",
	Why: "The server was restarted and reset its connections, and its callers saw an outage. A client that is said to try again, and " +
		"does so only when dialing fails, lets each of these resets through.",
	Labels: []string{"tcp", "fault:reset", "fault:blackhole"},
	check:  checkTriesAgainAfterReset,
}

func checkTriesAgainAfterReset(ctx context.Context, subject func() TCPClient) error {
	r, err := learnReply(ctx, subject)
	if err != nil {
		return err
	}
	resets := []trial{
		{what: "reset when its first connection was accepted", plan: rules(fault.OnAccept(fault.Reset{}).OnConn(1))},
		lostToReset.trial(r, 1),
	}
	if r.size() > 1 { // it has a middle
		resets = append(resets, trial{
			what: fmt.Sprintf("reset on its first connection after %d of the %d bytes of its reply", r.size()/2, r.size()),
			plan: rules(fault.ToClient(fault.Reset{}).AfterBytes(r.middle()).OnConn(1)),
		})
	}
	for _, t := range resets {
		if _, err := exchange(ctx, subject, t, wantAnswer); err != nil {
			return err
		}
	}
	return nil
}
