package scenarios

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A loss is a way in which a client loses the answer to a request that the server got
// whole, and answered.
type loss struct {
	what string
	then fault.Fault // comes in the answer's place; nil: nothing
}

var (
	lostToReset   = loss{"when the server got its request, and a reset came in place of the answer", fault.Reset{}}
	lostToFIN     = loss{"when the server got its request, and the connection's end came in place of the answer", fault.Close{}}
	lostToSilence = loss{"when the server got its request, and no answer came", nil}
)

// trial returns l as a trial in which the answer r is lost, on the given connections;
// without any, on all.
func (l loss) trial(r reply, conns ...int) trial {
	lost := []fault.Rule{fault.ToClient(fault.Blackhole{}).AfterBytes(r.from).OnConn(conns...)}
	if l.then != nil { // once the server has written something of the answer
		lost = append(lost, fault.ToClient(l.then).AfterBytes(r.from+1).OnConn(conns...))
	}
	return trial{what: l.what, plan: rules(lost...)}
}

// requests returns how often the server answered the client's request, of which r
// was the answer that was lost.
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
	healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if err != nil {
		return reply{}, err
	}
	return lastReply(healthy)
}
