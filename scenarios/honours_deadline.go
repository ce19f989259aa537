package scenarios

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// HonoursDeadline is the promise of a TCP client that returns an error within its
// own deadline when the server stalls: before the first byte of the reply, and in
// the middle of it. It may return earlier.
var HonoursDeadline = Promise[TCPClient]{
	Name: "honours its deadline",
	Why: "A server that hangs keeps its connections open, and TCP has no timeout for a peer that says nothing. A client without a " +
		"deadline, or with one for connecting only, waits for ever, and holds its goroutine and its caller's locks meanwhile.",
	Labels: []string{"tcp", "fault:stall"},
	check:  inTrials[TCPClient](stalls, wantError),
}

var errNoReply = errors.New("the server sent no reply on a healthy wire, so that there is nothing to spoil")

// stalls stops the reply at several places.
func stalls(healthy transcript.Transcript) ([]trial, error) {
	n := sent(longest(healthy))
	if n == 0 {
		return nil, errNoReply
	}
	var all []trial
	for _, at := range []int64{0, n / 2} {
		if at == 0 && len(all) > 0 {
			continue // the reply has but one byte
		}
		what := fmt.Sprintf("stalled after byte %d of a reply of %d bytes", at, n)
		all = append(all, trial{what, fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Stall{}).AfterBytes(at)}}})
	}
	return all, nil
}
