package scenarios

import (
	"context"
	"fmt"
)

// WorksAgainAfterCutReply is the promise of a TCP client with sessions that goes on working
// when a reply was cut: before the first byte and after each but the last, once with a FIN
// and once with an RST, on the first connection that comes there. The Ask whose reply it was
// gives its answer, or an error. The next may give an error, too, but within Within one gives
// its own answer, and none gives another's. If the session has AskError, the same goes for
// the server's error.
//
// It needs Open. Of a reply of more than 512 bytes, the sweep takes the offsets that it takes
// for ReportsTruncatedReply.
var WorksAgainAfterCutReply = Promise[TCPClient]{
	variable: "WorksAgainAfterCutReply",
	Name:     "works again after its reply was cut",
	Why: "One reply was cut off, and each call after it failed until the program was restarted. A client that puts the connection back " +
		"into its pool although the reply had not ended hands it out again, and one that was in the middle of parsing takes the " +
		"next reply for the rest of the last.",
	Labels: []string{"tcp", "fault:close", "fault:reset"},
	check:  checkWorksAgainAfterCutReply,
}

func checkWorksAgainAfterCutReply(ctx context.Context, subject func() TCPClient) error {
	want, err := answers(ctx, subject, 2)
	if err != nil {
		return err
	}
	all, err := learnFirstMessages(ctx, subject)
	if err != nil {
		return err
	}
	cuts := cutsOf(answerOf(all), "reply", func(d *dialogue) error { return d.ask(1).wantAnswerOrError(want[0]) })
	failure, err := learnError(ctx, subject)
	if err != nil {
		return err
	}
	if failure != nil {
		cuts = append(cuts, cutsOf(*failure, "error", func(d *dialogue) error { return d.askError().wantError("the server says so") })...)
	}
	return tryEach(asNeeded, subject, len(cuts), func(i int, subject func() TCPClient) error {
		c := cuts[i]
		return relayed(ctx, subject, newRelay(c.at, c.then).onFirst(), trial{what: c.what}, func(d *dialogue) error {
			if err := c.ask(d); err != nil {
				return err
			}
			if o := d.ask(2); o.wantAnswer(want[1]) != nil {
				if err := o.wantError("its own answer, or an error"); err != nil {
					return err
				}
			}
			return askUntilAnswered(d, want[1], "its reply had been cut")
		}, inDialogue)
	})
}

// A cut is where a message of the server ends too early, and what the client asks for then.
type cut struct {
	what string
	at   place
	then event
	ask  func(d *dialogue) error
}

// cutsOf returns cuts of a message at each of its bytes.
func cutsOf(m message, name string, ask func(d *dialogue) error) (cuts []cut) {
	for _, at := range replyOffsets(m.Size()) {
		for _, end := range []struct {
			text string
			then event
		}{{"a FIN", closeHere}, {"an RST", resetHere}} {
			what := fmt.Sprintf("with %s after byte %d of its %s of %d bytes", end.text, at, name, m.Size())
			cuts = append(cuts, cut{what, place{m.Number, at}, end.then, ask})
		}
	}
	return cuts
}

// learnError lets the subject ask for the server's error on a healthy wire, and returns the
// message that this is: nil if the session has no AskError.
func learnError(ctx context.Context, subject func() TCPClient) (failure *message, err error) {
	err = inDialogue(ctx, subject, rehearsal, func(d *dialogue) error {
		if d.session.AskError == nil {
			return nil
		}
		if o := d.askError(); !o.failed() {
			return fmt.Errorf("%w: %w", ErrSubject, o.but("want the server's error"))
		}
		all, err := messagesBefore(d.srv.records())
		if err == nil {
			last := answerOf(all)
			failure = &last
		}
		return err
	})
	return failure, err
}
