package scenarios

import (
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// ReportsReset is the promise of a TCP client that returns an error when its
// connection is torn down before the whole reply has come: before the first
// byte, after it, in the middle, and before the last one. A client that tries again
// is reset again.
//
// Any error will do. errors.Is(err, syscall.ECONNRESET) would ask too much: a
// client that was still sending gets EPIPE, and a good client may say in its
// protocol's own words that the reply was cut short. What counts is that it does
// not take half a reply for a whole one, or wait for the rest forever.
//
// The reply is all that the server sends on one connection. So the Handler should
// not send what the client does not wait for.
var ReportsReset = Promise[TCPClient]{
	variable: "ReportsReset",
	Name:     "reports a reset",
	Why: "The server was restarted in the middle of a reply, and a balance of 1000 was shown as 10. A client that ends its read loop at " +
		"any error, and returns what it has got, hands half a reply on as a whole one.",
	Labels: []string{"tcp", "fault:reset"},
	check:  inTrials[TCPClient](resets, wantErrorOfPart),
}

// resets tears the connection down at several offsets of the reply.
func resets(healthy history) ([]trial, error) {
	n, err := wholeReply(healthy)
	if err != nil {
		return nil, err
	}
	offsets := []int64{0, 1, n / 2, n - 1}
	slices.Sort(offsets)
	var all []trial
	for _, at := range slices.Compact(offsets) {
		if at == n {
			continue // the reply has only one byte
		}
		what := fmt.Sprintf("reset after byte %d of a reply of %d bytes", at, n)
		all = append(all, trial{what: what, plan: inPlaceOf(at, fault.Reset{})})
	}
	return all, nil
}
