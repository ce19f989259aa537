package scenarios

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// KeepsAnswersApart is the promise of a TCP client with sessions that never takes a
// late answer for the answer to its next request. The answer to Ask(1) is held back, on
// each connection on which it comes, until that has given up; it comes before Ask(2), or
// once that has sent its request. Ask(2) and Ask(3) get their own answers, or an error. The
// same with each message that the server sends before the answer, such as that to a
// password: it comes when Ask(1), or Open, has given up.
//
// It needs Open. A client that connects again gets its answer there once Ask(1) is over,
// and one whose first connection only looks whether the server is there is no exception.
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
	all, err := learnFirstMessages(ctx, subject)
	if err != nil {
		return err
	}
	lates := latesOf(all)
	return tryEach(together, subject, len(lates), func(i int, subject func() TCPClient) error {
		l := lates[i]
		r := newRelay(beginOf(l.message), holdHere)
		return relayed(ctx, subject, r, trial{what: l.what, session: true}, func(d *dialogue) error { return l.ask(d, r, want) }, onWire)
	})
}

// A late is a message that arrives late: before the second request, or after it.
type late struct {
	what    string
	message message
	setUp   bool // it comes before the answer
	after   bool
}

// latesOf returns the messages that are to be late.
func latesOf(all []message) []late {
	answer := answerOf(all)
	lates := []late{
		{what: "with its answer to Ask(1) arriving late, before Ask(2)", message: answer},
		{what: "with its answer to Ask(1) arriving late, after the request of Ask(2)", message: answer, after: true},
	}
	for _, m := range setUpOf(all) {
		lates = append(lates, late{what: fmt.Sprintf("with %v arriving late, before Ask(2)", m), message: m, setUp: true})
	}
	return lates
}

// ask lets the client open a session and ask, with the late message released when the
// first Ask has given up.
func (l late) ask(d *dialogue, r *relay, want []string) (err error) {
	if err := d.open(); err != nil {
		if l.setUp && !isMisconduct(err) && len(r.conns()) > 0 {
			return nil // it was not set up, and Open said so
		}
		return err
	}
	defer func() {
		if !isMisconduct(err) { // a client that hangs is not waited for again
			err = errors.Join(err, d.close())
		}
	}()
	if o := d.ask(1); o.wantAnswer(want[0]) != nil { // on a connection on which it was not late
		if err := o.wantError("no answer came"); err != nil {
			return err
		}
	}
	if err := l.askAgain(d, r, want[1]); err != nil {
		return err
	}
	return d.ask(3).wantAnswerOrError(want[2])
}

// askAgain lets the client ask a second time, and the late message come before that, or
// once its request has come.
func (l late) askAgain(d *dialogue, r *relay, want string) error {
	second := func() outcome { return d.ask(2) }
	var o outcome
	var err error
	if l.after {
		before := clientsSent(d.srv.records())
		o, err = d.while(second, func(ctx context.Context) error { return releaseAfterRequest(ctx, d, r, before) })
	} else if err = releaseNow(d, r); err == nil {
		o = second()
	}
	if err != nil {
		return err
	}
	return o.wantAnswerOrError(want)
}

// releaseNow lets what is late go, and waits until it has left, or the client
// is no longer there.
func releaseNow(d *dialogue, r *relay) error {
	held := d.srv.records()
	conns := r.conns()
	r.open()
	err := d.await(d.ctx, func(now records) bool {
		for _, c := range conns {
			if t := now.of(c); serverSent(t) == serverSent(held.of(c)) && t.Ending(transcript.FromClient) == transcript.StillOpen {
				return false
			}
		}
		return true
	})
	if errors.Is(err, errLate) {
		return fmt.Errorf("%w: the late answer did not leave", ErrInconclusive)
	}
	return err
}

// releaseAfterRequest lets what is late go once more has come than there was
// before, which is the next request, or the client is done.
func releaseAfterRequest(ctx context.Context, d *dialogue, r *relay, before int64) error {
	d.await(ctx, func(now records) bool { return clientsSent(now) > before })
	return releaseNow(d, r)
}
