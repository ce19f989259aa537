package scenarios

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// CopesWithReorderedReplies is the promise of a UDP client that, in a session of
// three exchanges, gives each its own answer, or an error, though one datagram
// from the server arrives after the next: each of them in turn, up to the 16th.
//
// What that means depends on the client. One that asks again meets two answers to
// one request, the later first. One that does not gives up waiting; then the answer
// of its next exchange overtakes the one that it waited for. One whose replies have
// several datagrams finds these in another order.
var CopesWithReorderedReplies = Promise[UDPClient]{
	variable: "CopesWithReorderedReplies",
	Name:     "copes with reordered replies",
	Why: "Two datagrams took different paths, and the second arrived first. A client that counts on the order hands one caller the " +
		"answer of another, or builds a message of parts that don't belong together.",
	Labels: []string{"udp", "fault:reorder"},
	check:  checkCopesWithReorderedReplies,
}

func checkCopesWithReorderedReplies(ctx context.Context, subject func() UDPClient) error {
	var sum atomic.Int64
	count := func(r replyDatagram) error { sum.Add(1); return r.send() }
	want, err := answers(ctx, tapReplies(subject, count), sessionExchanges)
	if err != nil {
		return err
	}
	if sum.Load() < 2 {
		return fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
	}
	return tryEach(together, subject, min(int(sum.Load())-1, maxDatagrams), func(i int, subject func() UDPClient) error {
		t := trial{what: fmt.Sprintf("with datagram %d from the server after the next", i+1), plan: onNth(fault.ToClient(fault.Reorder{Rate: 1}), i+1)}
		return inDialogue(ctx, subject, t, func(d *dialogue) error { return d.askEach(want, outcome.wantAnswerOrError) })
	})
}
