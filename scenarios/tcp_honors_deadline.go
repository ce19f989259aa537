package scenarios

import (
	"context"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// HonorsDeadline is the promise of a TCP client that returns an error within its
// own deadline when it gets no answer: while it connects, while it waits for the reply,
// after each byte of that, and when the bytes trickle in one by one, each so soon after
// the last that a deadline for each Read never passes. It may return earlier.
// HonorsDeadlineSending is about a client that is stuck before that.
//
// The bytes that trickle have a third of Within between them; in a reply of five or six
// bytes, half of it. A shorter one would be whole before it is late, so that is left out.
// Only Linux can leave a connect without an answer; elsewhere that is left out. Of a
// long reply, the sweep takes the offsets that it takes for ReportsTruncatedReply. The
// exchanges run at the same time, many at once.
var HonorsDeadline = Promise[TCPClient]{
	variable: "HonorsDeadline",
	Name:     "honors its deadline",
	Why: "The server hung and kept its connections open, and TCP has no timeout for a peer that says nothing. A client without a " +
		"deadline, or with one for connecting only, waits forever, and holds its goroutine and its caller's locks meanwhile.",
	Labels: []string{"tcp", "fault:unanswered", "fault:stall", "fault:slice"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		within := subject().Within
		late := func(healthy history) ([]trial, error) {
			all, err := stalls(ctx, healthy)
			return append(all, trickles(healthy, within)...), err
		}
		return inTrialsThatWait[TCPClient](late, wantErrorOfPart)(ctx, subject)
	},
}

// stalls leaves the connect without an answer, and stops the reply at every offset.
func stalls(ctx context.Context, healthy history) ([]trial, error) {
	n, err := wholeReply(healthy)
	if err != nil {
		return nil, err
	}
	var all []trial
	if canRefuse(ctx) {
		all = append(all, trial{what: "while connecting", ready: fakes.ignoreDials})
	}
	for _, at := range replyOffsets(n) {
		what := fmt.Sprintf("stalled after byte %d of a reply of %d bytes", at, n)
		all = append(all, trial{what: what, plan: inPlaceOf(at, fault.Stall{})})
	}
	return all, nil
}

// trickles lets the reply come byte by byte, so that it is whole when twice the time has
// passed, or later. It leaves out a reply that is too short for that.
func trickles(healthy history, within time.Duration) []trial {
	n := serverSent(longest(healthy))
	pause := within / 3
	if n < 7 {
		pause = within / 2
	}
	if n < 5 {
		return nil
	}
	what := fmt.Sprintf("with its reply of %d bytes trickling in, a byte in %v", n, pause)
	return []trial{{what: what, plan: rules(fault.ToClient(fault.Slice{Size: 1, Pause: pause}))}}
}
