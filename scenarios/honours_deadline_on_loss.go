package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// HonoursDeadlineOnLoss is the promise of a UDP client that returns an error
// within its own deadline when the reply is lost: all of it, and if it has several
// datagrams, the last. A client that asks again loses that reply too.
var HonoursDeadlineOnLoss = Promise[UDPClient]{
	Name: "honours its deadline when the reply is lost",
	Why: "UDP loses datagrams and tells nobody. A client that reads without a deadline works on every developer's machine, and " +
		"hangs for ever at the first datagram that a busy switch drops.",
	Labels: []string{"udp", "fault:loss"},
	check:  inTrials[UDPClient](losses, wantError),
}

// losses loses the reply, and its last datagram.
func losses(healthy transcript.Transcript) ([]trial, error) {
	n := int64(len(longest(healthy).Datagrams(transcript.ToClient)))
	if n == 0 {
		return nil, errNoReply
	}
	var all []trial
	for _, from := range []int64{0, n - 1} {
		if from == 0 && len(all) > 0 {
			continue // there is but one
		}
		what := fmt.Sprintf("with its reply of %d datagrams lost from number %d on", n, from+1)
		all = append(all, trial{what: what, plan: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Loss{Every: 1}).AfterDatagrams(from)}}})
	}
	return all, nil
}
