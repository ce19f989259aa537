package scenarios

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// RefusesTruncatedReply is the promise of a UDP client that takes no part of a
// reply for a whole one: each datagram of the reply is cut, once, to each length that is
// shorter than its own. The client reports an error, or asks again and returns the whole
// answer.
//
// If that makes more than 240 lengths, over all datagrams, the first and last 80 are
// tried, and 80 in between.
//
// A client can make this promise only if its protocol tells where a reply ends: by
// a length, a checksum, or an end mark.
var RefusesTruncatedReply = Promise[UDPClient]{
	variable: "RefusesTruncatedReply",
	Name:     "refuses a truncated reply",
	Why: "A name had four addresses, and the resolver returned one and a half. A buffer that is too small, or a middlebox, cuts a " +
		"datagram, and the kernel does not say so: a read gives the beginning as if it were all.",
	Labels: []string{"udp", "fault:truncate"},
	check:  inTrialsThatWait[UDPClient](aboutReplies(shortReplies), wantAllOrError),
}

// maxLengths is how many lengths are tried.
const maxLengths = 240

// shortReplies cuts each datagram of the reply at each length.
func shortReplies(healthy history) ([]trial, error) {
	var all []trial
	datagrams := longest(healthy).Datagrams(transcript.ToClient)
	for i, d := range datagrams[:min(len(datagrams), maxDatagrams)] {
		for size := range d {
			what := fmt.Sprintf("with datagram %d of its reply cut to %d of %d bytes", i+1, size, len(d))
			all = append(all, trial{what: what, plan: onNth(fault.ToClient(fault.Truncate{Size: size}), i+1)})
		}
	}
	if len(all) == 0 {
		return nil, errors.New("the reply is empty and can't be cut")
	}
	var some []trial
	for _, i := range spread(len(all), maxLengths) {
		some = append(some, all[i])
	}
	return some, nil
}

// wantAllOrError judges that Do must give what it gives on a healthy wire, or
// an error, in time.
func wantAllOrError(c client, o outcome) error { return o.wantAnswerOrError(c.want) }
