package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// TakesDuplicateOnce is the promise of a UDP client that gets its answer though
// each datagram of the reply comes twice; and if it has sessions, that each of
// three exchanges gets its own, though the second copy of the previous reply is still in
// the socket.
var TakesDuplicateOnce = Promise[UDPClient]{
	variable: "TakesDuplicateOnce",
	Name:     "takes a duplicate once",
	Why: "Each caller got what the one before had asked for. Networks deliver a datagram twice, and a server answers twice when its " +
		"client asked again too soon; a client that takes the next datagram for the next answer is one behind from then on.",
	Labels: []string{"udp", "fault:duplicate"},
	check:  checkTakesDuplicateOnce,
}

func checkTakesDuplicateOnce(ctx context.Context, subject func() UDPClient) error {
	if err := rehearseDo(ctx, subject); err != nil {
		return err
	}
	twice := trial{what: "with each datagram of its replies delivered twice", plan: rules(fault.ToClient(fault.Duplicate{Rate: 1}))}
	if _, err := exchange(ctx, subject, twice, wantAnswer); err != nil || subject().Open == nil {
		return err
	}
	want, err := answers(ctx, subject, sessionExchanges)
	if err != nil {
		return err
	}
	return inDialogue(ctx, subject, twice, func(d *dialogue) error {
		if err := d.askEach(want, outcome.wantAnswer); err != nil {
			return fmt.Errorf("in a session: %w", err)
		}
		return nil
	})
}
