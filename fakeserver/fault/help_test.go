package fault

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// compiled is a plan with its program, both as a server has them.
type compiled struct {
	*Compiled
	decide.Program
}

// compile makes a program of rules that must make sense.
func compile(t fatal, m Medium, seed uint64, rules ...Rule) compiled {
	t.Helper()
	return compilePlan(t, m, Plan{Seed: seed, Rules: rules})
}

// compilePlan makes a program of a plan that must make sense.
func compilePlan(t fatal, m Medium, p Plan) compiled {
	t.Helper()
	c, err := p.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	return compiled{c, c.Program()}
}

// fatal is what a test has, and rapid's, too.
type fatal interface {
	Helper()
	Fatal(...any)
}

// ended reports whether a rule or the sender has ended s.
func ended(s decide.Stream) bool { return s.(*stream).ended }

// wantInvalid checks that a rule is refused with words that name the trouble.
func wantInvalid(t *testing.T, m Medium, r Rule, words string) {
	t.Helper()
	_, err := Plan{Rules: []Rule{r}}.Compile(m)
	if err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "rule 1 (") {
		t.Errorf("Compile of %+v on %v = %v, want rule 1 refused with %q", r, m, err, words)
	}
}

// steps feeds data to s, cut into pieces by next, and returns what it decided as
// text in which neighbouring passes are joined: what re-chunking must not change.
func steps(s decide.Stream, data string, next func(left int) int) string {
	var b strings.Builder
	pass := ""
	flush := func() {
		if pass != "" {
			fmt.Fprintf(&b, "%s ", pass)
			pass = ""
		}
	}
	do := func(all []decide.Step) {
		for _, step := range all {
			s.Done(step)
			if step.Op == decide.OpPass && step.Delay == 0 {
				if strings.HasPrefix(pass, "(") {
					flush()
				}
				pass += string(step.Data)
				continue
			}
			if step.Op == decide.OpPass {
				key := fmt.Sprintf("(+%v)", step.Delay)
				rest, ok := strings.CutPrefix(pass, key)
				if !ok {
					flush()
					rest = ""
				}
				pass = key + rest + string(step.Data)
				continue
			}
			flush()
			fmt.Fprintf(&b, "%v@%d", step.Op, step.Offset)
			if step.Delay != 0 && step.Op != decide.OpMark {
				fmt.Fprintf(&b, "+%v", step.Delay)
			}
			b.WriteString(" ")
		}
	}
	do(s.Tick(0))
	for len(data) > 0 && s.Room() > 0 {
		n := next(len(data))
		do(s.Feed([]byte(data[:n]), 0))
		data = data[n:]
	}
	flush()
	return strings.TrimSpace(b.String())
}

func whole(left int) int { return left }
func bytewise(int) int   { return 1 }

// wantSteps checks what rules decide about data from the server, however it is cut.
func wantSteps(t *testing.T, data, want string, rules ...Rule) {
	t.Helper()
	for name, next := range map[string]func(int) int{"whole": whole, "bytewise": bytewise} {
		g := compile(t, Streams, 1, rules...)
		if got := steps(g.Stream(1, transcript.ToClient), data, next); got != want {
			t.Errorf("%s: steps of %q = %q, want %q", name, data, got, want)
		}
	}
}

// carried lets p decide about its next datagram, and tells it that all of that came about:
// each copy was delivered.
func carried(p decide.Peer, data string) decide.Verdict {
	v := p.Next([]byte(data), 0)
	for _, hit := range v.Fired {
		if hit.Copy == 0 || hit.Copy <= len(v.Copies) {
			p.Done(hit)
		}
	}
	return v
}
