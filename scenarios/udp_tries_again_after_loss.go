package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// TriesAgainAfterLoss is the promise of a UDP client that gets its answer within
// its own deadline though a datagram was lost: each datagram of the request and
// each of the reply, one in each exchange; the first 16 if a direction has more.
//
// How the client asks again is up to it: the lost part or everything, from the
// same socket or from another.
var TriesAgainAfterLoss = Promise[UDPClient]{
	variable: "TriesAgainAfterLoss",
	Name:     "tries again after a loss",
	Why: "A lookup failed, a metric had a hole, a user was told that the server is down: one datagram was lost, as one in some " +
		"thousands is on any network. A client that asks once and reports a timeout turns each loss into an outage.",
	Labels: []string{"udp", "fault:loss"},
	check:  inTrialsThatWait[UDPClient](aboutReplies(oneLost), wantAnswer),
}

// oneLost loses each datagram once.
func oneLost(healthy transcript.Transcript) ([]trial, error) {
	var all []trial
	directions := []struct {
		rule fault.Rule
		name string
	}{{fault.FromClient(fault.Loss{Nth: 1}), "request"}, {fault.ToClient(fault.Loss{Nth: 1}), "reply"}}
	for _, d := range directions {
		sum := len(longest(healthy).Datagrams(d.rule.Direction))
		for n := 1; n <= min(sum, maxDatagrams); n++ {
			all = append(all, trial{what: fmt.Sprintf("with datagram %d of %d of its %s lost once", n, sum, d.name), plan: onNth(d.rule, n)})
		}
	}
	return all, nil
}
