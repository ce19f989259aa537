package explore

import (
	"io"
	"net"
	"slices"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What tells outcomes apart is answers, errors, connections, and what the client sent; but not which of its calls is told that a
// connection has ended, and not how far it had come on a connection that the fault is about.
func TestResultHasAShape(t *testing.T) {
	ask := Step{Caller: 1, Name: "ask", N: 1, Answer: "pears"}
	j := judge{healthy: Outcome{Steps: []Step{ask}}}
	outcome := func(end ending, s Step, said ...string) Outcome {
		return Outcome{end: end, Steps: []Step{s}, Transcript: recordOf("tcp", said...)}
	}
	failed := func(err error) Step {
		s := ask
		s.Answer, s.Err, s.Class = "", err, classOf(err)
		return s
	}
	wrong := ask
	wrong.Answer = "plums"
	base := j.shapeOf(outcome(returned, ask, "1>ask\n"))
	for name, o := range map[string]Outcome{
		"another answer":     outcome(returned, wrong, "1>ask\n"),
		"an error":           outcome(returned, failed(io.EOF), "1>ask\n"),
		"a hang":             outcome(hung, ask, "1>ask\n"),
		"another connection": outcome(returned, ask, "1>ask\n", "2>ask\n"),
		"other bytes":        outcome(returned, ask, "1>beg\n"),
	} {
		if j.shapeOf(o) == base {
			t.Errorf("%s makes no difference", name)
		}
	}
	var shapes []string
	for _, err := range []error{io.EOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed} {
		shapes = append(shapes, j.shapeOf(outcome(returned, failed(err))))
	}
	if len(slices.Compact(shapes)) != 1 {
		t.Errorf("the ends of a connection differ: %q", shapes)
	}
	if j.shapeOf(outcome(returned, failed(io.ErrUnexpectedEOF))) == shapes[0] {
		t.Error("an answer in part is no other end")
	}
}

// Where the fault met a connection, the client's bytes are those that were in time.
func TestResultIsTheSameHoweverFarTheClientCame(t *testing.T) {
	const plan = "apples"
	l := newLocal(Config{Suite: t}, fault.Streams, asking(right, plan, plan))
	if _, err := l.rehearse(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.measure(t.Context())
	at := func(n int64) result {
		return l.try(t.Context(), only(fault.Rule{Fault: fault.Reset{}, Direction: transcript.FromClient}.OnConn(1).AfterBytes(n)), false)
	}
	if one, other := at(1), at(3); one.Shape != other.Shape || !one.Fired || !other.Fired {
		t.Errorf("%q after a byte, and %q after three", one.Shape, other.Shape)
	}
}
