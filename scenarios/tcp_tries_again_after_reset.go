package scenarios

import (
	"context"
	"fmt"
)

// TriesAgainAfterReset is the promise of a TCP client that gets its answer although
// its first connection was reset: when it began to send, when the server had got the
// request, and in the middle of the reply. Other connections are healthy, and Do
// returns Want, within Within. The first connection is the first that comes that far: one
// that is closed again at once, to see whether the server is there, is none. A reset that
// meets a client which is still connecting would be a failed dial to one, and a lost
// connection to another; so none comes before the client has sent something.
//
// A client can't tell what the server had read before a reset, so this is for
// clients whose requests may be carried out twice. A client that keeps
// SendsRequestOnce can't make this promise.
var TriesAgainAfterReset = Promise[TCPClient]{
	variable: "TriesAgainAfterReset",
	Name:     "tries again after a reset",
	Why: "The server was restarted and reset its connections, and its callers saw an outage. A client that is said to try again, and " +
		"does so only when dialing fails, lets each of these resets through.",
	Labels: []string{"tcp", "fault:reset", "fault:blackhole"},
	check:  checkTriesAgainAfterReset,
}

func checkTriesAgainAfterReset(ctx context.Context, subject func() TCPClient) error {
	all, err := learnMessages(ctx, subject)
	if err != nil {
		return err
	}
	answer := answerOf(all)
	resets := []struct {
		what  string
		where func() *relay
	}{
		{"reset on its first connection when it began to send", func() *relay { return newRelay(place{message: 1}, resetHere).onRequest() }},
		{lostToReset.what, func() *relay { return newRelay(beginOf(answer), resetHere) }},
		{
			fmt.Sprintf("reset on its first connection after %d of the %d bytes of its reply", answer.Size()/2, answer.Size()),
			func() *relay { return newRelay(halfOf(answer), resetHere) },
		},
	}
	if answer.Size() < 2 { // it has no middle
		resets = resets[:2]
	}
	return tryEach(asNeeded, subject, len(resets), func(i int, subject func() TCPClient) error {
		return relayed(ctx, subject, resets[i].where().onFirst(), trial{what: resets[i].what}, doAnswered, onWire)
	})
}
