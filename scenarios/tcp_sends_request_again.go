package scenarios

import "context"

// SendsRequestAgain is the promise of a TCP client that says that it sends a request
// again when only the answer was lost: the server got the request on a connection and
// answered it, and the client gets a reset, or a FIN. On a later connection it gets its
// answer, and Do returns that. It is the opposite of SendsRequestOnce, and good for
// requests that may be carried out twice.
//
// The request is the client's last one on a connection, after what the server may
// greet it with.
var SendsRequestAgain = Promise[TCPClient]{
	variable: "SendsRequestAgain",
	Name:     "sends a request again whose answer was lost",
	Why: "A load balancer was replaced, and cut off the answers that were under way. A client of a cache or a name server that says it " +
		"asks again, and does so only if its write fails, hands an error for each of them to callers that rely on it.",
	Labels: []string{"tcp", "fault:blackhole", "fault:reset", "fault:close"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		all, err := learnMessages(ctx, subject)
		if err != nil {
			return err
		}
		losses := []loss{lostToReset, lostToFIN}
		return tryEach(asNeeded, subject, len(losses), func(i int, subject func() TCPClient) error {
			r := newRelay(beginOf(answerOf(all)), losses[i].then).onFirst()
			return relayed(ctx, subject, r, trial{what: losses[i].what}, doAnswered, onWire)
		})
	},
}
