package match

import (
	"fmt"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A BytesMatcher is what [HaveReceived], [HaveSent] and [HaveDiscarded] return.
type BytesMatcher struct {
	name string
	flow flow
	x    pattern
	scope
	seen atomic.Pointer[sight]
}

// newBytesMatcher returns the matcher of this name for x, which a user gave.
func newBytesMatcher(name string, f flow, x any) *BytesMatcher {
	return &BytesMatcher{name: name, flow: f, x: newPattern(name, x)}
}

// OnConn returns a matcher for connection n alone, or for datagrams peer n.
func (m *BytesMatcher) OnConn(n int) *BytesMatcher {
	return m.in(m.scope.onConn(n))
}

// Since returns a matcher for what was recorded after a mark, as Transcript.Since has it: for
// the tests of a suite that share a server. The connections keep their numbers.
func (m *BytesMatcher) Since(mark transcript.Mark) *BytesMatcher {
	return m.in(m.scope.since(mark))
}

func (m *BytesMatcher) in(s scope) *BytesMatcher {
	return &BytesMatcher{name: m.name, flow: m.flow, x: m.x, scope: s}
}

// Match implements Gomega's matcher. It returns an error if actual has no record, if x
// is of another type, or if RecordLimit left bytes that matter out of the record.
func (m *BytesMatcher) Match(actual any) (bool, error) {
	s, err := m.look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(s)
	ok, err := m.found(s)
	return ok, s.redacted(err)
}

func (m *BytesMatcher) look(actual any) (*sight, error) {
	r, err := m.scope.of(m.name, actual)
	if err != nil {
		return nil, err
	}
	if m.x.err != nil {
		return nil, m.x.err
	}
	if m.x.isText && len(m.x.text) == 0 {
		return nil, misuse("%s(\"\") would always hold; did you mean BeEmpty()?", m.name)
	}
	return &sight{r, m.flow, m.conn}, nil
}

// found reports whether one of the sides has x.
func (m *BytesMatcher) found(s *sight) (bool, error) {
	var incomplete error
	for one := range s.sides() {
		if one.isIncomplete() {
			incomplete = one.limitError(m.name)
			if !m.x.isText { // what was kept proves nothing by itself
				continue
			}
		}
		for _, p := range one.data {
			if ok, err := m.x.within(p); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, incomplete
}

// MatchMayChangeInTheFuture lets Eventually and Consistently end as soon as nothing
// can change any more.
func (m *BytesMatcher) MatchMayChangeInTheFuture(actual any) bool {
	s, err := m.look(actual)
	if err != nil || s.final {
		return false
	}
	if m.chosen && !s.isPackets() {
		t := s.tailOf(m.conn)
		if t.isOver() || t.settles(m.flow) && !m.mayCease(s) {
			return false
		}
	}
	// What a client sent stays sent, and what the limit left out stays out. But what the
	// server sent may be taken back, and a datagram may fit where an earlier one did not.
	if m.flow.direction == transcript.FromClient && m.x.isText {
		ok, err := m.found(s)
		return ok && m.mayCease(s) || !ok && (err == nil || s.isPackets())
	}
	return true
}

// mayCease reports whether x may be in what the server received and turn out to be
// discarded: where the server reads ahead, the handler may return without it. A pattern
// that is not text may even begin to match by that.
func (m *BytesMatcher) mayCease(s *sight) bool {
	if m.flow != (flow{direction: transcript.FromClient}) || s.isPackets() {
		return false
	}
	if !m.x.isText {
		return true
	}
	ok, _ := m.found(s)
	return ok
}

// FailureMessage says what was expected and what there was.
func (m *BytesMatcher) FailureMessage(actual any) string { return m.message(false) }

// NegatedFailureMessage says what there was that should not have been.
func (m *BytesMatcher) NegatedFailureMessage(actual any) string { return m.message(true) }

func (m *BytesMatcher) message(negated bool) string {
	s := m.seen.Load()
	verb, preposition := m.flow.words()
	expected := fmt.Sprintf("have %s%s\n%s", verb, onConn(s.record, preposition, m.conn), indented(m.x.String()))
	shown := s.shown()
	found := shown.list()
	if p, ok := shown.single(); ok {
		if why := m.x.because(p, negated); why != "" {
			found += "\nand the matcher says\n" + indented(s.whole.Redact(why))
		}
	}
	return claim(s.record, negated, expected, found)
}
