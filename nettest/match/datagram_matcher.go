package match

import (
	"fmt"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A DatagramMatcher is what [HaveReceivedDatagram] and [HaveSentDatagram] return.
type DatagramMatcher struct {
	name      string
	direction transcript.Direction
	x         pattern
	times     *count // nil: at least once
	scope
	seen atomic.Pointer[sight]
}

// newDatagramMatcher returns the matcher of this name for x, which a user gave.
func newDatagramMatcher(name string, d transcript.Direction, x any) *DatagramMatcher {
	return &DatagramMatcher{name: name, direction: d, x: newPattern(name, x)}
}

// OnConn returns a matcher for peer n alone.
func (m *DatagramMatcher) OnConn(n int) *DatagramMatcher {
	return m.in(m.scope.onConn(n), m.times)
}

// Since returns a matcher for what was recorded after a mark, as Transcript.Since has it: for
// the tests of a suite that share a server. The peers keep their numbers.
func (m *DatagramMatcher) Since(mark transcript.Mark) *DatagramMatcher {
	return m.in(m.scope.since(mark), m.times)
}

// Times returns a matcher for n such datagrams, of all peers together: n is an int, or a
// Gomega matcher that gets one. Without it there must be at least one.
func (m *DatagramMatcher) Times(n any) *DatagramMatcher {
	c := newCount(m.name+".Times", n)
	return m.in(m.scope, &c)
}

func (m *DatagramMatcher) in(s scope, times *count) *DatagramMatcher {
	return &DatagramMatcher{name: m.name, direction: m.direction, x: m.x, times: times, scope: s}
}

// Match implements Gomega's matcher. It returns an error if actual has no record of
// datagrams, if an argument is of another type, or if RecordLimit left datagrams that
// matter out of the record.
func (m *DatagramMatcher) Match(actual any) (bool, error) {
	s, err := m.look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(s)
	n, err := m.count(s)
	switch {
	case err != nil:
		return false, s.redacted(err)
	case m.times == nil && n > 0:
		return true, nil
	}
	for one := range s.sides() {
		if one.isIncomplete() {
			return false, one.limitError(m.name)
		}
	}
	if m.times == nil {
		return false, nil
	}
	return m.times.is(n)
}

func (m *DatagramMatcher) look(actual any) (*sight, error) {
	r, err := m.scope.of(m.name, actual)
	if err == nil && !r.isPackets() {
		err = misuse("%s: %v is a server of streams, which have no datagrams", m.name, r.title())
	}
	if err == nil {
		err = m.x.err
	}
	if err == nil && m.times != nil {
		err = m.times.err
	}
	if err != nil {
		return nil, err
	}
	return &sight{r, flow{direction: m.direction}, m.conn}, nil
}

// count returns how many datagrams are x.
func (m *DatagramMatcher) count(s *sight) (int, error) {
	n := 0
	for one := range s.sides() {
		for _, p := range one.data {
			ok, err := m.x.equals(p)
			if err != nil {
				return 0, err
			}
			if ok {
				n++
			}
		}
	}
	return n, nil
}

// MatchMayChangeInTheFuture lets Eventually and Consistently end as soon as nothing
// can change any more.
func (m *DatagramMatcher) MatchMayChangeInTheFuture(actual any) bool {
	s, err := m.look(actual)
	if err != nil || s.final {
		return false
	}
	if m.direction == transcript.ToClient {
		return true // the socket may refuse what is recorded
	}
	n, err := m.count(s)
	if err != nil {
		return true
	}
	if m.times != nil {
		return !m.times.isPast(n)
	}
	return n == 0
}

// FailureMessage says what was expected and what there was.
func (m *DatagramMatcher) FailureMessage(actual any) string { return m.message(false) }

// NegatedFailureMessage says what there was that should not have been.
func (m *DatagramMatcher) NegatedFailureMessage(actual any) string { return m.message(true) }

func (m *DatagramMatcher) message(negated bool) string {
	s := m.seen.Load()
	verb, preposition := s.flow.words()
	expected := fmt.Sprintf("have %s%s a datagram\n%s", verb, onConn(s.record, preposition, m.conn), indented(m.x.String()))
	if m.times != nil {
		n, _ := m.count(s)
		expected += fmt.Sprintf("\nTimes: %v\nThere were %d.", m.times, n)
	}
	return claim(s.record, negated, expected, s.shown().list())
}
