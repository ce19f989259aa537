package nettest

import (
	"fmt"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A BytesMatcher is what [HaveReceived] and [HaveSent] return.
type BytesMatcher struct {
	name   string
	flow   flow
	x      pattern
	conn   int
	chosen bool // conn was
	seen   atomic.Pointer[sight]
}

// HaveReceived succeeds if clients have sent x to the server. Actual is a server of
// package fakeserver, or a transcript.Transcript.
//
// A string or []byte must be contained in what one connection's client has sent, and
// a *regexp.Regexp must match there, however the bytes were cut on their way. Bytes
// of two connections are never joined. A Gomega matcher gets all that one client has
// sent, as a string: Equal("PING\r\n") means these bytes and no others. OnConn says
// which connection; without it, any one of them will do.
//
// Of a server of datagrams, x is looked for in single datagrams: it never spans two.
//
// What the server threw away was not received: a client that still sends when its
// connection's handler has ended, by itself or by a rule, sends in vain, though its
// Write succeeds. That is what HaveDiscarded is for. Where rules let the server read ahead
// of the handler, what it has read counts until the handler ends without it; then
// the matcher ceases to hold.
//
// The empty text is an error, since everything contains it; to say that a client has
// sent nothing, use BeEmpty().
func HaveReceived(x any) *BytesMatcher {
	return &BytesMatcher{name: "HaveReceived", flow: flow{d: transcript.FromClient}, x: newPattern("HaveReceived", x)}
}

// HaveSent succeeds if the server has sent x to clients: HaveReceived in the other
// direction. What a fault kept from leaving does not count; what it changed counts
// as it left.
func HaveSent(x any) *BytesMatcher {
	return &BytesMatcher{name: "HaveSent", flow: flow{d: transcript.ToClient}, x: newPattern("HaveSent", x)}
}

// OnConn returns a matcher for connection n alone, or for datagrams peer n.
func (m *BytesMatcher) OnConn(n int) *BytesMatcher {
	return &BytesMatcher{name: m.name, flow: m.flow, x: m.x, conn: n, chosen: true}
}

// Match implements Gomega's matcher. It returns an error if actual has no record, if x
// is of another type, or if RecordLimit kept the bytes that are needed out of the record.
func (m *BytesMatcher) Match(actual any) (bool, error) {
	s, err := m.look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(s)
	return m.found(s)
}

func (m *BytesMatcher) look(actual any) (*sight, error) {
	r, err := recordOf(m.name, actual)
	if err != nil {
		return nil, err
	}
	if m.x.err != nil {
		return nil, m.x.err
	}
	if m.x.isText && len(m.x.text) == 0 {
		return nil, misuse("%s(\"\") would always hold; did you mean BeEmpty()?", m.name)
	}
	if err := checkConn(m.name, m.conn, m.chosen); err != nil {
		return nil, err
	}
	return &sight{r, m.flow, m.conn}, nil
}

// found reports whether one of the sides has x.
func (m *BytesMatcher) found(s *sight) (bool, error) {
	var incomplete error
	for one := range s.sides() {
		if one.isIncomplete() {
			incomplete = one.limitError(m.name)
			if !m.x.isText { // of the rest alone nothing can be said
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
	// What a client has sent stays sent, and what the limit kept out stays out. What
	// the server sent may be taken back, and a datagram may fit where one did not.
	if m.flow.d == transcript.FromClient && m.x.isText {
		ok, err := m.found(s)
		return ok && m.mayCease(s) || !ok && (err == nil || s.isPackets())
	}
	return true
}

// mayCease reports whether x may be in what the server received and prove discarded: where
// the server reads ahead, the handler may end without it. What is no text may even begin to
// match by that.
func (m *BytesMatcher) mayCease(s *sight) bool {
	if m.flow != (flow{d: transcript.FromClient}) || s.isPackets() {
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

// NegatedFailureMessage says what was there though it should not have been.
func (m *BytesMatcher) NegatedFailureMessage(actual any) string { return m.message(true) }

func (m *BytesMatcher) message(negated bool) string {
	s := m.seen.Load()
	verb, word := did(m.flow)
	expected := fmt.Sprintf("have %s%s\n%s", verb, s.onConn(word, m.conn), indented(m.x.String()))
	found := s.list()
	if p, ok := s.single(); ok {
		if why := m.x.because(p, negated); why != "" {
			found += "\nand the matcher says\n" + indented(why)
		}
	}
	return claim(s.record, negated, expected, found)
}

// single returns what the matcher saw, if that is one stream or one datagram.
func (s *sight) single() (p []byte, ok bool) {
	if s.conn == 0 && s.Conns() != 1 {
		return nil, false
	}
	for one := range s.sides() {
		if ok = len(one.data) == 1; ok {
			p = one.data[0]
		}
	}
	return p, ok
}
