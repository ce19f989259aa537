package match

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A reporter can say what became of its plan's rules, as the servers of package fakeserver can.
type reporter interface{ Report() fault.Report }

// A FiredMatcher is what [HaveFired] returns.
type FiredMatcher struct {
	rule  string
	times *count // nil: at least once
	scope
	seen atomic.Pointer[account]
}

// A sinceReporter can say how often a rule has acted since a mark, as they can.
type sinceReporter interface {
	FiredSince(rule string, m transcript.Mark) int64
}

// An account is what became of the rules.
type account struct {
	fault.Report
	final  bool    // nothing can change any more
	record *record // nil if there is none
	since  int64   // how often the rule has acted since the mark, if there is one
}

// redact returns a text as it may be shown.
func (a account) redact(text string) string {
	if a.record == nil {
		return text
	}
	return a.record.whole.Redact(text)
}

// redacted returns err, which may name rules, as it may be shown.
func (a account) redacted(err error) error {
	if a.record == nil {
		return err
	}
	return a.record.redacted(err)
}

// HaveFired succeeds if a rule of the server's plan has acted. Actual is a server of
// package fakeserver, or a fault.Report. The rule is given by its name, or by the key
// that reports show, such as "reset.ToClient.1"; one that the plan does not have is an
// error, which lists those that it has.
func HaveFired(rule string) *FiredMatcher { return &FiredMatcher{rule: rule} }

// Times returns a matcher for a rule that has acted n times, on all connections together:
// n is an int, or a Gomega matcher that gets one. Without it the rule must have acted at
// least once.
func (m *FiredMatcher) Times(n any) *FiredMatcher {
	c := newCount("HaveFired.Times", n)
	return &FiredMatcher{rule: m.rule, times: &c, scope: m.scope}
}

// Since returns a matcher for how often the rule has acted after a mark, as the server's FiredSince
// says: for the tests of a suite that share a server. It needs a server, and not a fault.Report. What
// was decided about a datagram before the mark, and carried out after it, is not in it.
func (m *FiredMatcher) Since(mark transcript.Mark) *FiredMatcher {
	return &FiredMatcher{rule: m.rule, times: m.times, scope: m.scope.since(mark)}
}

// Match implements Gomega's matcher. It returns an error if actual has no plan, if the
// plan has no such rule, or if the argument of Times is of another type.
func (m *FiredMatcher) Match(actual any) (bool, error) {
	a, err := m.look(actual)
	if err != nil {
		return false, err
	}
	n, err := m.count(a)
	if err != nil {
		return false, a.redacted(err)
	}
	m.seen.Store(&a)
	if m.times == nil {
		return n > 0, nil
	}
	return m.times.is(n)
}

func (m *FiredMatcher) look(actual any) (account, error) {
	if m.times != nil && m.times.err != nil {
		return account{}, m.times.err
	}
	a, err := accountOf(actual)
	if err != nil {
		return a, err
	}
	r, err := m.scope.of("HaveFired", actual)
	if err == nil {
		a.record = &r
	}
	if !m.isSince() {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	s, ok := actual.(sinceReporter)
	if !ok {
		return a, misuse("HaveFired.Since wants a server of package fakeserver, not %s", describe(actual))
	}
	a.since = s.FiredSince(m.rule, m.mark)
	return a, nil
}

// isSince reports whether there is a mark.
func (m *FiredMatcher) isSince() bool { return m.mark != transcript.Mark{} }

func accountOf(actual any) (account, error) {
	switch a := actual.(type) {
	case fault.Report:
		return account{Report: a, final: true}, nil
	case *fault.Report:
		if a != nil {
			return account{Report: *a, final: true}, nil
		}
	case reporter:
		if !isNil(a) {
			done := isDone(a) // first, as in recordOf
			return account{Report: a.Report(), final: done}, nil
		}
	}
	return account{}, misuse("HaveFired wants a server or a fault.Report, not %s", describe(actual))
}

// count returns how often the rule has acted. A rule that SetFaults replaced by one of the
// same key is in the report twice.
func (m *FiredMatcher) count(a account) (int, error) {
	var known []string
	n, found := 0, false
	for _, o := range a.Rules {
		known = append(known, o.Key)
		if o.Key == m.rule {
			found = true
			n += int(o.Count)
		}
	}
	switch {
	case found && m.isSince():
		return int(a.since), nil
	case found:
		return n, nil
	case len(known) == 0:
		return 0, misuse("HaveFired(%q): the plan has no rules", m.rule)
	}
	return 0, misuse("HaveFired(%q): there is no such rule; there are:\n%s", m.rule, indented(strings.Join(known, "\n")))
}

// MatchMayChangeInTheFuture lets Eventually and Consistently end as soon as nothing
// can change any more.
func (m *FiredMatcher) MatchMayChangeInTheFuture(actual any) bool {
	a, err := m.look(actual)
	if err != nil || a.final {
		return false
	}
	n, err := m.count(a)
	switch {
	case err != nil: // SetFaults may still add the rule
		return true
	case m.times != nil:
		return !m.times.isPast(n)
	}
	return n == 0
}

// FailureMessage says what was expected, and what became of each rule.
func (m *FiredMatcher) FailureMessage(actual any) string { return m.message("to have fired") }

// NegatedFailureMessage says where the rule acted that should not have.
func (m *FiredMatcher) NegatedFailureMessage(actual any) string {
	return m.message("not to have fired")
}

func (m *FiredMatcher) message(expected string) string {
	a := m.seen.Load()
	if m.times != nil {
		expected += fmt.Sprintf("\nTimes: %v", m.times)
	}
	record := ""
	if a.record != nil {
		record = a.record.String()
		if a.record.isSince() {
			expected += fmt.Sprintf("\nafter %v", a.record.mark)
		}
	}
	text := a.redact(fmt.Sprintf("Expected rule %s\n%s\nThe rules are\n%s\n", m.rule, expected, indented(a.String()))) + record
	return strings.TrimRight(text, "\n")
}
