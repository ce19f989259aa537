package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// FailsOver is the promise of a TCP client with several servers that gets its answer from another
// when one can't be reached: it refuses connections, or leaves connects without an answer. The same
// where the server that the client dials first breaks a connection off, or says nothing more, in a
// message before the answer, such as a greeting: always before the client has sent its request, so
// that no request is carried out twice. Do returns Want, within Within. A client with sessions gets
// the answer to an Ask, too, within Within of the end of the server that answered the one before:
// its connections end, with FINs or with RSTs, and from then on it refuses them. Until then an Ask may
// return an error, but not another answer.
//
// Each server in turn can't be reached, four times, as the client may choose by chance. It needs
// Servers, and servers that can refuse connections without giving their ports up, which is on Linux;
// elsewhere it ends with ErrInconclusive.
var FailsOver = Promise[TCPClient]{
	variable: "FailsOver",
	Name:     "fails over to another server",
	Why: "One of three brokers was down, and so were the programs whose list began with it. A client that dials the next address when one " +
		"refuses waits two minutes for one whose machine is gone; and one that chooses when it is made stays with what it chose.",
	Labels: []string{"tcp", "fault:refused", "fault:unanswered", "fault:close", "fault:reset", "fault:stall"},
	check:  checkFailsOver,
}

func checkFailsOver(ctx context.Context, subject func() TCPClient) error {
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
	refused := c.oneGone("refuses connections", fake.refuse)
	unanswered := c.oneGone("leaves connects without an answer", fake.ignoreDials)
	return inTurn(
		func() error { return wantAnswerPast(ctx, asNeeded, c, subject, refused) },
		func() error { return wantAnswerPast(ctx, together, c, subject, unanswered) },
		func() error { return askAnother(ctx, c, subject, lossesBeforeRequest(all)) },
		func() error { return outliveServer(ctx, subject, c) },
	)
}

// lossesBeforeRequest returns what happens in the middle of the messages before the answer.
func lossesBeforeRequest(all []message) (losses []lossAt) {
	for _, m := range setUpOf(all) {
		losses = append(losses,
			lossAt{loss: loss{fmt.Sprintf("when a reset comes in the middle of %v, from the server that it dials first", m), resetHere}, at: halfOf(m)},
			lossAt{loss: loss{fmt.Sprintf("when %v stops in the middle, of the server that it dials first", m), stallHere}, at: halfOf(m)},
		)
	}
	return losses
}

// outliveServer wants a client with sessions to get an answer after the end of the server that
// answered before.
func outliveServer(ctx context.Context, subject func() TCPClient, c client) error {
	if c.open == nil {
		return nil
	}
	want, err := answers(ctx, subject, 2)
	if err != nil {
		return err
	}
	endings := []transcript.Ending{transcript.ByFIN, transcript.ByRST}
	return tryEach(asNeeded, subject, len(endings), func(i int, subject func() TCPClient) error {
		how := endings[i]
		ended := trial{what: fmt.Sprintf("when the server that it had asked was gone, and connections ended by %v", how)}
		return inDialogue(ctx, subject, ended, func(d *dialogue) error {
			if err := d.ask(1).wantAnswer(want[0]); err != nil {
				return err
			}
			asked := d.srv.all[d.srv.records().busiest()]
			if err := carryOut("Down", asked.refuse); err != nil {
				return err
			}
			if err := carryOut("CloseClientConns", func() error { return asked.stream().CloseClientConns(how) }); err != nil {
				return err
			}
			return askUntilAnswered(d, want[1], "the server was gone")
		})
	})
}
