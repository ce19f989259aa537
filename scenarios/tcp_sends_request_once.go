package scenarios

import (
	"context"
	"fmt"
)

// SendsRequestOnce is the promise of a TCP client that does not send a request a
// second time when only the answer was lost: the server got the request and answered
// it, and the client gets a reset, a FIN, or nothing until its deadline. The client
// returns an error, and leaves it to its caller to find out.
//
// The request is the client's last one, after what the server may greet it with. That
// the client connects again, and greets again, is no harm. SendsRequestAgain is the
// opposite.
var SendsRequestOnce = Promise[TCPClient]{
	variable: "SendsRequestOnce",
	Name:     "does not send a request twice",
	Why: "The connection broke after the payment was booked and before the client was told. A client that takes any error of a " +
		"kept connection for a stale connection, and sends the request again, books it twice: the server can't tell.",
	Labels: []string{"tcp", "fault:blackhole", "fault:reset", "fault:close"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		all, err := learnMessages(ctx, subject)
		if err != nil {
			return err
		}
		losses := []loss{lostToReset, lostToFIN, lostToSilence}
		return tryEach(together, subject, len(losses), func(i int, subject func() TCPClient) error {
			r := newRelay(beginOf(answerOf(all)), losses[i].then)
			once := func(d *dialogue) error { return sendOnce(d, r) }
			return relayed(ctx, subject, r, trial{what: losses[i].what}, once, onWire)
		})
	},
}

// sendOnce wants the client to give up after one request, whose answer r loses.
func sendOnce(d *dialogue, r *relay) error {
	o := d.do()
	if err := o.wantError("its answer was lost"); err != nil {
		return err
	}
	d.srv.Stop() // takes what has arrived, such as the same request again
	r.upstream.Stop()
	if n := r.answers(); n > 1 {
		return fmt.Errorf("%v, and the server got the request %d times, want once", o, n)
	}
	return nil
}
