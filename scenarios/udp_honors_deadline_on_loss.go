package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// HonorsDeadlineOnLoss is the promise of a UDP client that returns an error
// within its own deadline when every request is lost, when every reply is, and, if
// the reply has several datagrams, when the last one is. A client that asks again loses
// that, too.
var HonorsDeadlineOnLoss = Promise[UDPClient]{
	variable: "HonorsDeadlineOnLoss",
	Name:     "honors its deadline when the reply is lost",
	Why: "A busy switch dropped one datagram, and the client hung forever. UDP loses datagrams and says nothing; a client that reads " +
		"without a deadline works on every developer's machine.",
	Labels: []string{"udp", "fault:loss"},
	check:  inTrialsThatWait[UDPClient](aboutReplies(losses), wantError),
}

// losses loses the request, the reply, and the reply's last datagram.
func losses(healthy history) ([]trial, error) {
	n := int64(len(longest(healthy).Datagrams(transcript.ToClient)))
	lost := fault.Loss{Every: 1}
	all := []trial{
		{what: "with its requests lost", plan: rules(fault.FromClient(lost))},
		{what: "with its replies lost", plan: rules(fault.ToClient(lost))},
	}
	if n > 1 {
		what := fmt.Sprintf("with its reply of %d datagrams lost from number %d on", n, n)
		all = append(all, trial{what: what, plan: rules(fault.ToClient(lost).AfterDatagrams(n - 1))})
	}
	return all, nil
}
