package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A loss is a way in which a client loses the answer to a request that the server got
// whole, and answered.
type loss struct {
	what string
	how  transcript.Ending // in the answer's place; StillOpen: nothing
}

var (
	lostToReset   = loss{"when the server got its request, and a reset came in place of the answer", transcript.ByRST}
	lostToFIN     = loss{"when the server got its request, and the connection's end came in place of the answer", transcript.ByFIN}
	lostToSilence = loss{"when the server got its request, and no answer came", transcript.StillOpen}
)

// losing is the rule that drops the answer.
func losing(r reply) fault.Rule {
	return fault.ToClient(fault.Blackhole{}).AfterBytes(r.from).Named("lost answer")
}

// trial returns l as a trial in which the rule drops answers.
func (l loss) trial(rule fault.Rule) trial { return trial{what: l.what, plan: rules(rule)} }

// work lets the client do its exchange. Each time the server has answered, and the
// answer was dropped, connections end as l says.
func (l loss) work(d *dialogue) (outcome, error) {
	return d.while(d.do, func(ctx context.Context) error {
		for lost := 0; ctx.Err() == nil; {
			more := func(t transcript.Transcript) bool { return len(actedOn(t, 0)) > lost }
			if d.srv.Wait(ctx, more) != nil {
				break // the client is done
			}
			lost = len(actedOn(d.srv.Transcript(), 0))
			if l.how == transcript.StillOpen {
				continue
			}
			if err := d.srv.stream().CloseClientConns(l.how); err != nil {
				return fmt.Errorf("%w: %w", ErrUnproved, err)
			}
		}
		return nil
	})
}

// requests returns how often the server answered the client's request, of which r
// was the answer.
func (d *dialogue) requests(r reply) int {
	d.srv.Close() // takes what has arrived, such as the same request again
	conns := len(actedOn(d.srv.Transcript(), 0))
	var dropped int64
	for _, o := range d.srv.Report().Rules {
		dropped += o.Dropped
	}
	answers := int((dropped + r.size()/2) / r.size()) // on one connection, or several
	return max(conns, answers)
}

// learnReply lets the subject do its exchange on a healthy wire, and returns where in
// what the server sends its answer lies.
func learnReply(ctx context.Context, subject func() TCPClient) (reply, error) {
	healthy, err := exchange(ctx, subject, trial{what: "on a healthy wire"}, ErrUnproved, wantAnswer)
	if err != nil {
		return reply{}, err
	}
	return lastReply(healthy)
}
