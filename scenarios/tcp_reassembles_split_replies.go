package scenarios

import (
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// ReassemblesSplitReplies is the promise of a TCP client that takes one Read for
// what it is: some bytes of the reply, and not the reply. The reply is cut into
// pieces of one byte, after its first byte, before its last, and in the middle;
// no read of the client's socket crosses from one piece to the next.
//
// The reply is all that the server sends on one connection. A reply of one byte
// can't be cut: that is inconclusive.
var ReassemblesSplitReplies = Promise[TCPClient]{
	variable: "ReassemblesSplitReplies",
	Name:     "reassembles split replies",
	Why: "It worked for years on loopback, until a reply came in two segments. TCP keeps bytes in order and forgets where they were " +
		"written apart: a client that takes one Read for one message loses the rest, or takes it for the beginning of the next reply.",
	Labels: []string{"tcp", "fault:slice"},
	check:  inTrials[TCPClient](splits, wantAnswer),
}

// splits cuts the reply in several ways.
func splits(healthy history) ([]trial, error) {
	n := serverSent(longest(healthy))
	if n < 2 {
		return nil, fmt.Errorf("the reply has %d bytes and can't be split; a reply is all that the Handler sends on a connection", n)
	}
	cuts := [][]int64{crumbs(n), {1}, {n - 1}, {n / 2}}
	var all []trial
	for i, sizes := range cuts {
		if slices.ContainsFunc(cuts[:i], func(other []int64) bool { return slices.Equal(other, sizes) }) {
			continue
		}
		what := fmt.Sprintf("with its reply of %d bytes in pieces of %d bytes and the rest", n, sizes)
		all = append(all, trial{what: what, plan: rules(fault.ToClient(fault.Slice{Sizes: sizes}))})
	}
	return all, nil
}

// maxCrumbs is how many pieces of one byte there are at most: each costs the time
// that the client takes to read it, and the client has a deadline.
const maxCrumbs = 48

// crumbs cuts n bytes, except the last one, into single bytes; where those are
// too many, only near the beginning and the end.
func crumbs(n int64) []int64 {
	if n <= maxCrumbs {
		return slices.Repeat([]int64{1}, int(n-1))
	}
	half := slices.Repeat([]int64{1}, maxCrumbs/2)
	return slices.Concat(half, []int64{n - maxCrumbs}, half[1:])
}
