package scenarios

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// KeepsAnswersApart is the promise of a TCP client with sessions that never takes a
// late answer for the answer to its next request. The answer to Ask(1) is held back until
// that has given up; it comes before Ask(2), or once that has sent its request.
// Ask(2) and Ask(3) get their own answers, or an error.
//
// It needs Open.
var KeepsAnswersApart = Promise[TCPClient]{
	variable: "KeepsAnswersApart",
	Name:     "keeps answers apart",
	Why: "In 2023 a Redis client showed users of ChatGPT one another's data. A client that gives up on a request and keeps the " +
		"connection finds the answer there when it asks for something else, and is one answer behind from then on.",
	Labels: []string{"tcp", "fault:hold"},
	check:  checkKeepsAnswersApart,
}

func checkKeepsAnswersApart(ctx context.Context, subject func() TCPClient) error {
	want, err := answers(ctx, subject, 3)
	if err != nil {
		return err
	}
	r, err := learnFirstReply(ctx, subject)
	if err != nil {
		return err
	}
	late := func(what string) trial {
		return trial{what: what, plan: rules(fault.ToClient(fault.Hold{Gate: lateAnswer}).AfterBytes(r.from).OnConn(1))}
	}
	before, after := "with its answer to Ask(1) arriving late, before Ask(2)", "with its answer to Ask(1) arriving late, after the request of Ask(2)"
	return atOnce(subject, 2, func(i int, subject func() TCPClient) error {
		what := []string{before, after}[i]
		return inDialogue(ctx, subject, late(what), func(d *dialogue) error { return askLate(d, want, what == after) })
	})
}

const lateAnswer = "late answer"

// askLate lets the client ask, with the first answer released before the second
// request, or after it.
func askLate(d *dialogue, want []string, after bool) error {
	if err := d.ask(1).wantError("no answer came"); err != nil {
		return err
	}
	second := func() outcome { return d.ask(2) }
	var o outcome
	var err error
	if after {
		before := clientsSent(d.srv.Transcript())
		o, err = d.while(second, func(ctx context.Context) error { return releaseAfterRequest(ctx, d, before) })
	} else if err = releaseNow(d); err == nil {
		o = second()
	}
	if err != nil {
		return err
	}
	if err := o.wantAnswerOrError(want[1]); err != nil {
		return err
	}
	return d.ask(3).wantAnswerOrError(want[2])
}

// releaseNow lets the first answer go, and waits until it has left, or the client
// is no longer there.
func releaseNow(d *dialogue) error {
	held := d.srv.Transcript().Conn(1)
	if err := d.srv.stream().Release(lateAnswer); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	err := d.await(d.ctx, func(t transcript.Transcript) bool {
		c := t.Conn(1)
		return serverSent(c) > serverSent(held) || c.Ending(transcript.FromClient) != transcript.StillOpen
	})
	if errors.Is(err, errLate) {
		return fmt.Errorf("%w: the late answer did not leave", ErrInconclusive)
	}
	return err
}

// releaseAfterRequest lets the first answer go once more has come than there was
// before, which is the next request, or the client is done.
func releaseAfterRequest(ctx context.Context, d *dialogue, before int64) error {
	d.await(ctx, func(t transcript.Transcript) bool { return clientsSent(t) > before })
	return releaseNow(d)
}
