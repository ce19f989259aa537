package timeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// plans is what a recording says of its plans and of what became of them.
type plans struct {
	report  fault.Report
	ids     map[string]int    // the number of each rule's row, from 1, by its key
	kinds   map[string]string // the kind of each rule's fault, by its key
	changes []change
	unread  []string // what could not be understood, as it is
	comment string
	known   bool // what became of the rules
}

// A change is a plan that took over, in words.
type change struct {
	after          int64 // the Seq of the last event before it
	Added, Removed []string
}

// readPlans reads the plans and the report of rec. Of a recording without a report it makes one in which
// nothing became of any rule yet, so that they are shown.
func readPlans(rec transcript.Recording, datagrams bool) plans {
	p := plans{ids: map[string]int{}, kinds: map[string]string{}}
	medium := fault.Streams
	if datagrams {
		medium = fault.Datagrams
	}
	first := p.plan(rec.Origin.Plan)
	p.comment = plainLines(first.Comment)
	p.known = p.read(rec.Report, &p.report)
	last := first
	var all []fault.Outcome
	for _, c := range rec.Changes {
		next := p.plan(c.Plan)
		p.changes = append(p.changes, changeBetween(c.After, last, next))
		all = append(all, untold(last, medium)...)
		last = next
	}
	if !p.known {
		all = append(all, untold(last, medium)...)
		p.report = fault.Report{Medium: medium, Rules: unique(all)}
	}
	for i, o := range p.report.Rules {
		if p.ids[o.Key] == 0 {
			p.ids[o.Key] = i + 1
		}
		if o.Rule.Fault != nil {
			p.kinds[o.Key] = o.Rule.Fault.Kind()
		}
	}
	return p
}

// plan returns a plan of the recording, or keeps the text of one that can't be read.
func (p *plans) plan(text json.RawMessage) (plan fault.Plan) {
	p.read(text, &plan)
	return plan
}

// read reads text into v and reports whether it could. It keeps what it can't read.
func (p *plans) read(text json.RawMessage, v json.Unmarshaler) bool {
	if len(text) == 0 {
		return false
	}
	if err := v.UnmarshalJSON(text); err != nil {
		p.unread = append(p.unread, human.Escape(err.Error())+"\n"+plainLines(string(text)))
		return false
	}
	return true
}

// untold returns the rules of a plan with their keys. A plan that does not fit the medium has none.
func untold(p fault.Plan, m fault.Medium) []fault.Outcome {
	compiled, err := p.Compile(m)
	if err != nil {
		return nil
	}
	return compiled.Report().Rules
}

// unique returns the outcomes without those whose key came before.
func unique(all []fault.Outcome) (some []fault.Outcome) {
	for _, o := range all {
		if !slices.ContainsFunc(some, func(before fault.Outcome) bool { return before.Key == o.Key }) {
			some = append(some, o)
		}
	}
	return some
}

// changeBetween says which rules only one of two plans has.
func changeBetween(after int64, a, b fault.Plan) change {
	old, now := ruleWords(a), ruleWords(b)
	return change{after: after, Added: without(now, old), Removed: without(old, now)}
}

func ruleWords(p fault.Plan) []string {
	var words []string
	for _, r := range p.Rules {
		words = append(words, human.Escape(r.String()))
	}
	return words
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// A ruleRow is a rule in the table of rules.
type ruleRow struct {
	ID                       int
	Key, Words               string
	State, Class, Mark, Tale string
	Fails                    string // why Verify fails because of it; empty: it does not
	Removed, Live            bool
	Acts                     []int64 // the Seq of the first events in which it acted
	MoreActs                 int64
}

// maxActs is how many events a rule's row links to.
const maxActs = 12

func (b *builder) addRules() {
	p := b.plans
	b.page.Comment = p.comment
	b.page.RawPlan = strings.Join(p.unread, "\n\n")
	b.page.NoRules = "The plan has no rules: nothing was made to go wrong."
	if len(p.unread) > 0 || !p.known && len(b.rec.Origin.Plan) == 0 {
		b.page.NoRules = "The record does not say which rules there were."
	}
	acts := b.acts()
	for i, o := range p.report.Rules {
		r := ruleRow{ID: i + 1, Key: human.Escape(o.Key), Words: human.Escape(o.Rule.Named("").String()), Removed: o.Removed, Live: o.Live}
		r.Acts = acts[o.Key]
		if n := len(r.Acts); n > maxActs {
			r.Acts, r.MoreActs = r.Acts[:maxActs], int64(n-maxActs)
		}
		r.State, r.Class, r.Mark, r.Tale = "not told", "", "?", "The record was cut off before that was told."
		if p.known {
			b.tell(&r, o)
		}
		b.page.Rules = append(b.page.Rules, r)
	}
}

// tell says what became of a rule.
func (b *builder) tell(r *ruleRow, o fault.Outcome) {
	one := fault.Report{Medium: b.plans.report.Medium, Seed: b.plans.report.Seed, Conns: b.plans.report.Conns, Rules: []fault.Outcome{o}}
	r.State = o.State.String()
	_, tale, _ := strings.Cut(strings.TrimPrefix(one.String(), "rule "+o.Key), ": ")
	r.Tale = human.Escape(strings.TrimSpace(tale))
	switch o.State {
	case fault.Fired:
		r.Class, r.Mark = "fired", "✓"
	case fault.Armed:
		r.Class, r.Mark = "armed", "○"
	case fault.Passed:
		r.Class, r.Mark = "passed", "»"
	default:
		r.Class, r.Mark = "missed", "–"
	}
	if err := one.Verify(); err != nil {
		r.Fails = "Verify fails because of this rule."
		if _, advice, ok := cutLast(err.Error(), " ("); ok {
			r.Fails = fmt.Sprintf("Verify fails because of this rule: %s.", human.Escape(strings.TrimSuffix(advice, ")")))
		}
	}
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// acts returns the events in which each rule acted. Those in which it ended a connection belong to the
// fault before them, and those in which it did not act are none.
func (b *builder) acts() map[string][]int64 {
	acts := map[string][]int64{}
	for e := range b.tr.All() {
		if e.Rule == "" || e.Kind == transcript.Note || e.Kind == transcript.RST {
			continue
		}
		acts[e.Rule] = append(acts[e.Rule], e.Seq)
	}
	return acts
}
