package match

import (
	"fmt"
	"sync/atomic"

	"github.com/onsi/gomega/types"
)

// A connsMatcher is what HaveConns returns.
type connsMatcher struct {
	n    count
	seen atomic.Pointer[record]
}

// HaveConns succeeds if the server has accepted n connections so far, or for datagrams
// has had n peers: n is an int, or a Gomega matcher that gets one. Actual is a server of
// package fakeserver, or a transcript.Transcript. Connections that have ended count.
func HaveConns(n any) types.GomegaMatcher { return &connsMatcher{n: newCount("HaveConns", n)} }

func (m *connsMatcher) Match(actual any) (bool, error) {
	r, err := m.look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(&r)
	return m.n.is(r.Conns())
}

func (m *connsMatcher) look(actual any) (record, error) {
	r, err := recordOf("HaveConns", actual)
	if err == nil {
		err = m.n.err
	}
	return r, err
}

func (m *connsMatcher) MatchMayChangeInTheFuture(actual any) bool {
	r, err := m.look(actual)
	return err == nil && !r.final && !m.n.isPast(r.Conns())
}

func (m *connsMatcher) FailureMessage(actual any) string        { return m.message(false) }
func (m *connsMatcher) NegatedFailureMessage(actual any) string { return m.message(true) }

func (m *connsMatcher) message(negated bool) string {
	r := *m.seen.Load()
	return claim(r, negated, fmt.Sprintf("have %ss: %v", r.unit(), m.n), fmt.Sprintf("It had %d.", r.Conns()))
}
