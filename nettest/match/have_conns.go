package match

import (
	"fmt"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A ConnsMatcher is what [HaveConns] returns.
type ConnsMatcher struct {
	n count
	scope
	seen atomic.Pointer[record]
}

// HaveConns succeeds if the server has accepted n connections so far, or for datagrams
// has had n peers: n is an int, or a Gomega matcher that gets one. Actual is a server of
// package fakeserver, or a transcript.Transcript. Connections that have ended count.
func HaveConns(n any) *ConnsMatcher { return &ConnsMatcher{n: newCount("HaveConns", n)} }

// Since returns a matcher for how many were accepted after a mark, or for datagrams, how many
// peers were new: for the tests of a suite that share a server.
func (m *ConnsMatcher) Since(mark transcript.Mark) *ConnsMatcher {
	return &ConnsMatcher{n: m.n, scope: m.scope.since(mark)}
}

// Match implements Gomega's matcher. It returns an error if actual has no record, or if n is of
// another type.
func (m *ConnsMatcher) Match(actual any) (bool, error) {
	r, err := m.look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(&r)
	return m.n.is(r.accepted())
}

func (m *ConnsMatcher) look(actual any) (record, error) {
	r, err := m.scope.of("HaveConns", actual)
	if err == nil {
		err = m.n.err
	}
	return r, err
}

// accepted returns how many connections were accepted, or how many peers came, since the mark.
func (r record) accepted() int {
	if r.isSince() {
		return r.Kind(transcript.Accept).Len()
	}
	return r.Conns()
}

// MatchMayChangeInTheFuture lets Eventually and Consistently end as soon as nothing
// can change any more.
func (m *ConnsMatcher) MatchMayChangeInTheFuture(actual any) bool {
	r, err := m.look(actual)
	return err == nil && !r.final && !m.n.isPast(r.accepted())
}

// FailureMessage says what was expected and what there was.
func (m *ConnsMatcher) FailureMessage(actual any) string { return m.message(false) }

// NegatedFailureMessage says what there was that should not have been.
func (m *ConnsMatcher) NegatedFailureMessage(actual any) string { return m.message(true) }

func (m *ConnsMatcher) message(negated bool) string {
	r := *m.seen.Load()
	return claim(r, negated, fmt.Sprintf("have %ss: %v", r.unit(), m.n), fmt.Sprintf("It had %d.", r.accepted()))
}
