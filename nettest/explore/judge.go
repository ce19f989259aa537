package explore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Breach is something that an oracle has against a client. It is plain data.
type Breach struct {
	Oracle Oracle // or the name of a Check
	// Kind tells breaches of one oracle apart: those of one kind are one bug. It names the step, and the
	// class of its error.
	Kind string
	Text string // what is wrong, for people
}

// String returns the breach as its oracle and its text.
func (b Breach) String() string { return string(b.Oracle) + ": " + b.Text }

// same reports whether two breaches are the same bug.
func (b Breach) same(other Breach) bool { return b.Oracle == other.Oracle && b.Kind == other.Kind }

// A judge holds what came of a trial against what the client does on a healthy wire.
type judge struct {
	cfg     Config
	healthy Outcome
	varying []string // steps whose answers differ from run to run
	// scrambled says that what the client sends differs from run to run, as under encryption.
	scrambled bool
	bound     time.Duration
	deadline  time.Duration // the client's own, rounded down; 0: not measured
}

// breaches returns what is wrong with an outcome.
func (j judge) breaches(o Outcome) (all []Breach) {
	o.Healthy = j.healthy.Steps
	if j.cfg.logger {
		o.lines = j.arrivals(o.Transcript)
	}
	for _, oracle := range j.oracles() {
		if j.cfg.asks(oracle.name) {
			all = append(all, oracle.ask(o)...)
		}
	}
	if o.end != returned {
		return all // the checks are about a trial that ended
	}
	for _, check := range j.cfg.Checks {
		if err := check.Func(o); err != nil {
			all = append(all, Breach{Oracle(check.Name), classOf(err), err.Error()})
		}
	}
	return all
}

// An asked oracle is one with what answers it.
type asked struct {
	name Oracle
	ask  func(o Outcome) []Breach
}

// oracles returns what is asked about each trial.
func (j judge) oracles() []asked {
	all := []asked{{Panics, j.panics}, {Spins, j.spins}, {Swells, j.swells}, {Hangs, j.hangs}, {Storms, j.storms}, {Leaks, j.leaks}, {Fussy, j.fussy}}
	if j.cfg.logger {
		return append(all, asked{Lost, j.lost}, asked{Torn, j.torn}, asked{OutOfOrder, j.outOfOrder}, asked{SentTwice, j.linesTwice})
	}
	return append(all, asked{WrongAnswers, j.wrongAnswers}, asked{Recovery, j.recovery}, asked{SentTwice, j.sentTwice})
}

func (j judge) panics(o Outcome) []Breach {
	if o.end != misbehaved || o.wrong == nil {
		return nil
	}
	text, _, _ := strings.Cut(o.wrong.Text, "\n")
	return []Breach{{Panics, string(o.wrong.How) + " in " + o.at().Name + ": " + passing.ReplaceAllString(text, "#"), o.wrong.Text}}
}

func (j judge) hangs(o Outcome) []Breach {
	if o.end != hung {
		return nil
	}
	at := o.at()
	text := fmt.Sprintf("%v did not return within %v, and %v more", at, j.bound, slack)
	if where := theirs(o.stuck); len(where) > 0 {
		text += "; it hangs in\n" + strings.Join(where, "\n")
	}
	return []Breach{{Hangs, at.Name, text}}
}

// theirs leaves those goroutines out that only wait for the body.
func theirs(stacks []string) []string {
	return slices.DeleteFunc(slices.Clone(stacks), func(stack string) bool {
		return strings.Contains(stack, "explore.(*trial).run+")
	})
}

func (j judge) storms(o Outcome) []Breach {
	if o.end != stormed {
		return nil
	}
	return []Breach{{Storms, "", fmt.Sprintf("it dialed more than %d times within %v", maxDials, j.bound)}}
}

// at returns the step that is open, or else what is around steps.
func (o Outcome) at() Step {
	for _, s := range o.Steps {
		if s.Open {
			return s
		}
	}
	if len(o.Steps) == 0 {
		return Step{Name: "the body before its first step", N: 1}
	}
	return Step{Name: "the body after " + o.Steps[len(o.Steps)-1].Name, N: 1}
}

// wrongAnswers looks for answers that are not those of the healthy wire, though the bytes were.
func (j judge) wrongAnswers(o Outcome) (all []Breach) {
	if changesBytes(o.Plan) || cutsRequests(o.Plan) {
		return nil
	}
	for _, s := range o.Steps {
		i := slices.IndexFunc(j.healthy.Steps, s.is)
		if i < 0 || s.Failed() || slices.Contains(j.varying, s.Name) || s.Answer == j.healthy.Steps[i].Answer {
			continue
		}
		want := j.healthy.Steps[i].Answer
		text := fmt.Sprintf("%v returned %q and no error, want %q, which it is on a healthy wire, or an error", s, brief(o.Transcript.Redact(s.Answer)), brief(o.Transcript.Redact(want)))
		all = append(all, Breach{WrongAnswers, s.Name, text})
	}
	return all
}

// brief takes out of a long text its middle.
func brief(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return text[:most/2] + "…" + text[len(text)-most/2:]
}

// fussy looks for errors where nothing was wrong.
func (j judge) fussy(o Outcome) (all []Breach) {
	if !isHarmless(o.Plan) || cutsRequests(o.Plan) || o.cameTooLate() {
		return nil
	}
	for _, s := range o.Steps {
		if s.Class == timeout && !j.waitedInVain(o, s) {
			continue
		}
		if s.Err != nil {
			all = append(all, Breach{Fussy, s.Name + ": " + s.Class, fmt.Sprintf("%v failed, though nothing was wrong: %v", s, s.Err)})
		}
	}
	if class := classOf(o.Err); class != "" && (class != timeout || o.memory) && len(all) == 0 && o.end == returned {
		all = append(all, Breach{Fussy, "the body: " + classOf(o.Err), fmt.Sprintf("the body failed, though nothing was wrong: %v", o.Err)})
	}
	return all
}

// waitedInVain reports whether a step that timed out had what it waited for in good time. In memory, nothing takes time that the
// plan does not take. On sockets, the machine may have been busy, and many small pieces take long.
func (j judge) waitedInVain(o Outcome, s Step) bool {
	if o.memory {
		return true
	}
	deadline, end := cmp.Or(j.deadline, j.bound), s.Began+s.Took
	for e := range o.Transcript.Kind(transcript.Data).All() {
		if end-deadline/2 < e.At && e.At <= end {
			return false
		}
	}
	return o.busy < deadline/16
}

// recovery wants the last step to work, if the fault was over when the one before it had begun.
func (j judge) recovery(o Outcome) (all []Breach) {
	over, ok := o.faultOver()
	if !ok || o.end != returned {
		return nil
	}
	for caller := 1; caller <= j.cfg.callers(); caller++ {
		steps := slices.DeleteFunc(slices.Clone(o.Steps), func(s Step) bool { return s.Caller != caller })
		after := slices.DeleteFunc(slices.Clone(steps), func(s Step) bool { return s.Began <= over })
		wanted := slices.DeleteFunc(slices.Clone(j.healthy.Steps), func(s Step) bool { return s.Caller != caller })
		if len(after) < 2 || len(steps) < len(wanted) {
			continue
		}
		if last := after[len(after)-1]; last.Err != nil && after[len(after)-2].Err != nil {
			text := fmt.Sprintf("%v still failed, and so did %v before it, though the fault was over by then: %v", last, after[len(after)-2], last.Err)
			all = append(all, Breach{Recovery, last.Name + ": " + last.Class, text})
		}
	}
	return all
}

// faultOver returns when the plan's faults were over, and whether they ever were: each is for
// certain connections only, and what it did to those has been done.
func (o Outcome) faultOver() (at time.Duration, ok bool) {
	if len(o.Plan.Rules) == 0 || !o.fired() {
		return 0, false
	}
	var lasts time.Duration
	for _, r := range o.Plan.Rules {
		if changesBytes(o.Plan) || len(r.Conns.Only) == 0 && r.Fault.Kind() != (fault.Down{}).Kind() {
			return 0, false
		}
		d, over := lasting(r.Fault)
		if !over {
			return 0, false
		}
		lasts = max(lasts, d)
	}
	for e := range o.Transcript.Kind(transcript.Fault).All() {
		at = max(at, e.At)
	}
	return at + lasts, true
}

// lasting returns how long a fault goes on after it acted; it is not over if that is for good. What
// it does to its connection for good is over, since the client can have another.
func lasting(f fault.Fault) (d time.Duration, over bool) {
	switch f := f.(type) {
	case fault.Stall:
		return f.For, true
	case fault.Down:
		return f.For, f.For != fault.Forever
	case fault.Restart:
		return f.For, f.For != fault.Forever
	case fault.Close, fault.Reset, fault.Exit, fault.HalfClose, fault.SlowClose, fault.Blackhole, fault.Loss:
		return 0, true
	}
	return 0, false
}

// sentTwice looks for messages of the client that came more often than they do on a healthy wire.
func (j judge) sentTwice(o Outcome) (all []Breach) {
	usual := requests(j.healthy.Transcript)
	for text, n := range requests(o.Transcript) {
		if want := usual[text]; want > 0 && n > want {
			text = o.Transcript.Redact(text)
			all = append(all, Breach{SentTwice, passing.ReplaceAllString(brief(text), "#"), fmt.Sprintf("the server saw %q %d times, want %d", brief(text), n, want)})
		}
	}
	slices.SortFunc(all, func(a, b Breach) int { return strings.Compare(a.Text, b.Text) })
	return all
}

// requests counts the messages that clients sent.
func requests(t transcript.Transcript) map[string]int {
	counts := map[string]int{}
	for n := 1; n <= t.Conns(); n++ {
		conn := t.Conn(n)
		if t.Header().IsOfDatagrams() {
			for _, data := range conn.Datagrams(transcript.FromClient) {
				counts[string(data)]++
			}
			continue
		}
		s := stream{Conn: n, Direction: transcript.FromClient}
		s.read(conn)
		sent := conn.FromClient()
		for _, m := range s.Messages {
			counts[string(sent[m.From:min(m.To, int64(len(sent)))])]++
		}
	}
	return counts
}

func (j judge) leaks(o Outcome) []Breach {
	if len(o.left) == 0 || len(j.healthy.left) > 0 || ignoresDials(o.Plan) {
		return nil
	}
	kind := "a connection" // by what that shows, at which end, hangs on how the server left it
	if strings.HasPrefix(o.left[0], "a goroutine") {
		kind = "a goroutine"
	}
	return []Breach{{Leaks, kind, "it left " + strings.Join(o.left, ", and ")}}
}
