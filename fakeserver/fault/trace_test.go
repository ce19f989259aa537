package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A trace is what a stream decided, in a form that must not depend on how the
// sender's bytes were cut.
type trace struct {
	wire      []string // what was carried out, in order; neighbouring passes and drops are joined
	marks     []string // sorted: a transform may find its offset only after bytes after it came
	delivered string
	passed    int64 // the sender's bytes in passes
	dropped   int64 // and in drops
	broken    string

	last decide.Step // which the next may be joined with
}

// feeding says how a stream is fed: pieces of these sizes, again and again, at
// now after the connection was accepted.
type feeding struct {
	pieces []int
	now    time.Duration
}

// drive feeds data to s, cut up, and ends the stream if nothing else did.
func drive(s decide.Stream, data string, how feeding) *trace {
	tr := &trace{}
	tr.add(s, s.Tick(0))
	for i := 0; len(data) > 0 && !ended(s); i++ {
		n := len(data)
		if len(how.pieces) > 0 {
			n = min(n, how.pieces[i%len(how.pieces)])
		}
		tr.add(s, s.Feed([]byte(data[:n]), how.now))
		data = data[n:]
	}
	tr.add(s, s.Finish(how.now))
	if tr.broken == "" && s.Taken() != tr.passed+tr.dropped {
		tr.broken = fmt.Sprintf("%d bytes taken, but %d passed and %d dropped", s.Taken(), tr.passed, tr.dropped)
	}
	slices.Sort(tr.marks)
	return tr
}

func (tr *trace) add(s decide.Stream, steps []decide.Step) {
	for _, step := range steps {
		s.Done(step)
		switch step.Op {
		case decide.OpMark:
			tr.marks = append(tr.marks, fmt.Sprintf("%06d %s %q %v", step.Offset, step.Rule, step.Text, step.Delay))
		case decide.OpPass, decide.OpDrop:
			tr.take(step)
		default:
			tr.wire = append(tr.wire, fmt.Sprintf("%v@%d+%v %s %s", step.Op, step.Offset, step.Delay, step.Rule, step.Gate))
			tr.last = step
		}
	}
}

// take joins a pass or a drop to what is before it.
func (tr *trace) take(step decide.Step) {
	if at := tr.passed + tr.dropped; step.Offset != at && tr.broken == "" {
		tr.broken = fmt.Sprintf("%v is about offset %d, but %d bytes came before", step.Op, step.Offset, at)
	}
	if step.Op == decide.OpDrop {
		tr.dropped += step.Taken
		tr.join(step, fmt.Sprintf("drop by %s: ", step.Rule), strings.Repeat("x", int(step.Taken)))
		return
	}
	tr.passed += step.Taken
	tr.delivered += string(step.Data)
	if len(step.Data) > 0 {
		tr.join(step, fmt.Sprintf("pass +%v in %d buckets: ", step.Delay, len(step.Buckets)), string(step.Data))
	}
}

func (tr *trace) join(step decide.Step, head, body string) {
	if n := len(tr.wire); n > 0 && tr.last.Op == step.Op && strings.HasPrefix(tr.wire[n-1], head) {
		tr.wire[n-1] += body
		return
	}
	tr.wire = append(tr.wire, head+body)
	tr.last = step
}

func (tr *trace) String() string {
	return strings.Join(tr.wire, "\n") + "\nmarks:\n" + strings.Join(tr.marks, "\n")
}

// wantDelivered checks what becomes of data to the client, fed whole and
// in pieces of 1, 2 and 3 bytes.
func wantDelivered(t *testing.T, data, want string, rules ...Rule) {
	t.Helper()
	for _, pieces := range [][]int{nil, {1}, {2}, {3, 1}} {
		tr := drive(compile(t, Streams, 1, rules...).Stream(1, toClient), data, feeding{pieces: pieces})
		if tr.delivered != want || tr.broken != "" {
			t.Errorf("in pieces of %v: %q became %q, want %q; %s", pieces, data, tr.delivered, want, tr.broken)
		}
	}
}
