package match

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An EndedMatcher is what [HaveEnded] returns.
type EndedMatcher struct {
	how       []transcript.Ending
	direction transcript.Direction
	scope
	seen atomic.Pointer[record]
}

// HaveEnded succeeds if a connection has ended in one of these ways, or if none is given,
// in any way. Actual is a server of connections, or its transcript.Transcript.
//
// It is about the client's direction, since it is the client that is tested:
// transcript.ByFIN means that the client has closed or half-closed the connection.
// ToClient makes it about the server's. transcript.ByRST is a reset by either side,
// which ends both directions, except one that had ended before. With transcript.ByClose
// the server gave up on a client that had not ended its direction.
//
// OnConn says which connection; without it, any one of them will do. To say that a
// connection is still open, use HaveEnded() negated; transcript.StillOpen is an error.
func HaveEnded(how ...transcript.Ending) *EndedMatcher {
	return &EndedMatcher{how: slices.Clone(how), direction: transcript.FromClient}
}

// OnConn returns a matcher for connection n alone.
func (m *EndedMatcher) OnConn(n int) *EndedMatcher {
	return m.in(m.scope.onConn(n), m.direction)
}

// Since returns a matcher for endings after a mark, as Transcript.Since has them: for the tests of
// a suite that share a server. A direction that had ended before it does not end again.
func (m *EndedMatcher) Since(mark transcript.Mark) *EndedMatcher {
	return m.in(m.scope.since(mark), m.direction)
}

// ToClient returns a matcher for the server's direction: how what it sends has ended.
func (m *EndedMatcher) ToClient() *EndedMatcher {
	return m.in(m.scope, transcript.ToClient)
}

func (m *EndedMatcher) in(s scope, d transcript.Direction) *EndedMatcher {
	return &EndedMatcher{how: m.how, direction: d, scope: s}
}

// Match implements Gomega's matcher. It returns an error if actual has no record of
// connections, or if an argument makes no sense.
func (m *EndedMatcher) Match(actual any) (bool, error) {
	r, err := m.look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(&r)
	for n := range r.numbers(m.conn) {
		if m.ended(r, n) {
			return true, nil
		}
	}
	return false, nil
}

func (m *EndedMatcher) look(actual any) (record, error) {
	r, err := m.scope.of("HaveEnded", actual)
	switch {
	case err != nil:
		return r, err
	case r.isPackets():
		return r, misuse("HaveEnded: %v is a server of datagrams, which have no end", r.title())
	case slices.Contains(m.how, transcript.StillOpen):
		return r, misuse("HaveEnded(StillOpen): that is no ending; use HaveEnded() negated")
	}
	return r, nil
}

// ended reports whether connection n has ended in one of the ways.
func (m *EndedMatcher) ended(r record, n int) bool {
	e := r.Conn(n).Ending(m.direction)
	return e != transcript.StillOpen && (len(m.how) == 0 || slices.Contains(m.how, e))
}

// MatchMayChangeInTheFuture lets Eventually and Consistently end as soon as nothing
// can change any more.
func (m *EndedMatcher) MatchMayChangeInTheFuture(actual any) bool {
	r, err := m.look(actual)
	if err != nil || r.final {
		return false
	}
	for n := range r.numbers(m.conn) {
		if (m.chosen || m.ended(r, n)) && m.settled(r, n) {
			return false
		}
	}
	return true
}

// settled reports whether the ending of connection n is final. The server's own FIN may
// be taken back until the socket is closed.
func (m *EndedMatcher) settled(r record, n int) bool {
	return r.whole.Conn(n).Ending(m.direction) != transcript.StillOpen && (m.direction == transcript.FromClient || r.tailOf(n).closed)
}

// FailureMessage says what was expected and what there was.
func (m *EndedMatcher) FailureMessage(actual any) string { return m.message(false) }

// NegatedFailureMessage says what there was that should not have been.
func (m *EndedMatcher) NegatedFailureMessage(actual any) string { return m.message(true) }

func (m *EndedMatcher) message(negated bool) string {
	seen := *m.seen.Load()
	r := seen.shown()
	side := map[transcript.Direction]string{transcript.FromClient: "client", transcript.ToClient: "server"}[m.direction]
	expected := fmt.Sprintf("have ended%s, on the %s's side%s", onConn(r, "on", m.conn), side, m.ways())
	var l list
	for n := range r.numbers(m.conn) {
		l.add(func() string {
			c := r.Conn(n)
			return fmt.Sprintf("conn %d: client %v, server %v", n, c.Ending(transcript.FromClient), c.Ending(transcript.ToClient))
		})
	}
	if l.n == 0 {
		return claim(seen, negated, expected, none(r, m.conn))
	}
	return claim(seen, negated, expected, "The endings are\n"+l.String())
}

// ways returns " by FIN or RST", or "" for any.
func (m *EndedMatcher) ways() string {
	if len(m.how) == 0 {
		return ""
	}
	var names []string
	for _, e := range m.how {
		names = append(names, e.String())
	}
	return ", by " + strings.Join(names, " or ")
}
