package scenarios

import "context"

// FailsOverWhenUnanswered is the promise of a TCP client with several servers that asks another
// when the one that it asked gives no answer: it resets the connection when the client begins to
// send its request, or gets the request, and then a reset comes, or a FIN, or nothing, on each
// connection to that server. Do returns Want, within Within, so that a client which waits for
// an answer leaves itself the time to ask another server.
//
// A client can't tell what the server has made of its request, so this is for clients whose
// requests may be carried out twice. A client that keeps SendsRequestOnce can't make this promise;
// it may keep FailsOver. It needs Servers.
//
// The request is the client's last one on a connection, after what the server may greet it with.
var FailsOverWhenUnanswered = Promise[TCPClient]{
	variable: "FailsOverWhenUnanswered",
	Name:     "asks another server when one gives no answer",
	Why: "A node of the cluster hung, with its port open, and a third of all lookups failed, though two nodes were well. A client that " +
		"fails over only when it can't connect stays with a server that takes each request and answers none; and one that gives " +
		"the first all of its time has none left for the second.",
	Labels: []string{"tcp", "fault:blackhole", "fault:reset", "fault:close"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		c, err := subject().client()
		if err != nil {
			return err
		}
		if err := c.wantServers(); err != nil {
			return err
		}
		all, err := learnMessages(ctx, subject)
		if err != nil {
			return err
		}
		return askAnother(ctx, c, subject, lossesFromRequestOn(answerOf(all)))
	},
}

// lossesFromRequestOn returns what happens instead of an answer.
func lossesFromRequestOn(answer message) (losses []lossAt) {
	if answer.Number > 0 { // it is asked for
		reset := loss{"when the server resets the connection on which its request begins", resetHere}
		losses = append(losses, lossAt{loss: reset, at: beginOf(answer), asks: true})
	}
	for _, l := range []loss{lostToReset, lostToFIN, lostToSilence} {
		losses = append(losses, lossAt{loss: l, at: beginOf(answer)})
	}
	for i := range losses {
		losses[i].what += ", each time at the one that it asked first"
	}
	return losses
}
