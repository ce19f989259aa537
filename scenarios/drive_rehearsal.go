package scenarios

import (
	"context"
	"fmt"
)

// answers returns what the subject gets for exchanges 1 to n of a session, on a healthy
// wire.
func answers[S clientSubject](ctx context.Context, subject func() S, n int) ([]string, error) {
	all, _, err := rehearse(ctx, subject, n)
	return all, err
}

// rehearse is answers, and returns the records of them too.
func rehearse[S clientSubject](ctx context.Context, subject func() S, n int) (all []string, healthy records, err error) {
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
		healthy = d.srv.records()
		return nil
	})
	return all, healthy, err
}

// learnMessages lets the subject do its exchange on a healthy wire, and returns the server's
// messages: those before the answer, and last the answer itself. It does so twice, and returns the shorter
// ones, since their lengths may vary. Where the answer is another message each time, no place can be told by its number.
func learnMessages[S clientSubject](ctx context.Context, subject func() S) ([]message, error) {
	return learnTwice(func() (records, error) { return exchange(ctx, subject, rehearsal, wantAnswer) })
}

// learnFirstMessages is learnMessages for the first exchange of a session.
func learnFirstMessages[S clientSubject](ctx context.Context, subject func() S) ([]message, error) {
	return learnTwice(func() (records, error) {
		_, healthy, err := rehearse(ctx, subject, 1)
		return healthy, err
	})
}

func learnTwice(rehearse func() (records, error)) (all []message, err error) {
	var both [2][]message
	for i := range both {
		healthy, err := rehearse()
		if err != nil {
			return nil, err
		}
		if both[i], err = messagesBefore(healthy); err != nil {
			return nil, err
		}
	}
	first, second := answerOf(both[0]), answerOf(both[1])
	if first.Number != second.Number || len(both[0]) != len(both[1]) {
		return nil, fmt.Errorf("%w: on a healthy wire, the answer was message %d of the server, and then message %d: client and server don't take turns", ErrInconclusive, first.Number, second.Number)
	}
	for i, m := range both[0] { // the shorter one is more likely to be as long again
		if m.Size() > both[1][i].Size() {
			m = both[1][i]
		}
		all = append(all, m)
	}
	return all, nil
}

// setUpOf returns the messages before the answer, with which a connection is set up.
func setUpOf(all []message) []message { return all[:len(all)-1] }

// answerOf returns the last of the messages, which is the answer.
func answerOf(all []message) message { return all[len(all)-1] }
