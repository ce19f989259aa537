package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// HonorsDeadlineOnLoss is the promise of a UDP client that returns an error
// within its own deadline when every request is lost, when every reply is, and, if
// the reply has several datagrams, when the last are. A client that
// asks again loses that, too.
var HonorsDeadlineOnLoss = Promise[UDPClient]{
	Name: "honors its deadline when the reply is lost",
	Why: "UDP loses datagrams and tells nobody. A client that reads without a deadline works on every developer's machine, and " +
		"hangs for ever at the first datagram that a busy switch drops.",
	Labels: []string{"udp", "fault:loss"},
	check:  inTrialsThatWait[UDPClient](aboutReplies(losses), wantError),
}

// losses loses the request, the reply, and the reply's last datagrams.
func losses(healthy transcript.Transcript) ([]trial, error) {
	n := int64(len(longest(healthy).Datagrams(transcript.ToClient)))
	lost := fault.Loss{Every: 1}
	all := []trial{
		{what: "with its requests lost", plan: fault.Plan{Rules: []fault.Rule{fault.FromClient(lost)}}},
		{what: "with its replies lost", plan: fault.Plan{Rules: []fault.Rule{fault.ToClient(lost)}}},
	}
	if n > 1 {
		what := fmt.Sprintf("with its reply of %d datagrams lost from number %d on", n, n)
		all = append(all, trial{what: what, plan: fault.Plan{Rules: []fault.Rule{fault.ToClient(lost).AfterDatagrams(n - 1)}}})
	}
	return all, nil
}
