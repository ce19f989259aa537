package scenarios

import "github.com/fakewire/fakewire/fakeserver/fault"

// A loss is a way in which a client loses the answer to a request that the server got
// whole, and answered.
type loss struct {
	what string
	then fault.Fault // comes in place of the answer; nil: nothing
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
