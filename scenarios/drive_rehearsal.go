package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// answers returns what the subject gets for exchanges 1 to n of a session, on a healthy
// wire.
func answers[S clientSubject](ctx context.Context, subject func() S, n int) ([]string, error) {
	all, _, err := rehearse(ctx, subject, n)
	return all, err
}

// rehearse is answers, and returns the record of them too.
func rehearse[S clientSubject](ctx context.Context, subject func() S, n int) (all []string, record transcript.Transcript, err error) {
	seen := map[string]bool{}
	err = inDialogue(ctx, subject, rehearsal, func(d *dialogue) error {
		for i := 1; i <= n; i++ {
			o := d.ask(i)
			if o.err != nil {
				return o.but("want an answer")
			}
			if seen[o.answer] {
				return fmt.Errorf("%w: on a healthy wire: %v, the answer of another exchange: each n must ask for something else", ErrSubject, o)
			}
			seen[o.answer] = true
			all = append(all, o.answer)
		}
		record = d.srv.Transcript()
		return nil
	})
	return all, record, err
}

// learnReply lets the subject do its exchange on a healthy wire, and returns where its
// answer lies in what the server sends.
func learnReply[S clientSubject](ctx context.Context, subject func() S) (reply, error) {
	healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if err != nil {
		return reply{}, err
	}
	return lastReply(healthy)
}

// learnFirstReply is learnReply for the first exchange of a session.
func learnFirstReply[S clientSubject](ctx context.Context, subject func() S) (reply, error) {
	_, record, err := rehearse(ctx, subject, 1)
	if err != nil {
		return reply{}, err
	}
	return lastReply(record)
}
