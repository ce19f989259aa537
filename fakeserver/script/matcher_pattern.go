package script

import (
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
)

// prefixMatcher matches the beginning of the stream by a pattern.
type prefixMatcher struct {
	pattern *pattern
	prefix  *rematch.Prefix // nil: there is none
	max     int
	n       int
	reason  string
}

func (m *prefixMatcher) feed(b byte) (int, rematch.State) {
	if m.prefix == nil {
		m.reason = "the pattern can't be had of a stream"
		return 0, rematch.Failed
	}
	m.n++
	n, s := m.prefix.Feed([]byte{b})
	return m.judge(n, s, m.n >= m.max)
}

// judge is what becomes of the machine's word, which is the last if there may come no more.
func (m *prefixMatcher) judge(n int, s rematch.State, full bool) (int, rematch.State) {
	switch {
	case s == rematch.Matched && n == 0:
		m.reason = "the pattern has matched no bytes at all"
		return 0, rematch.Failed
	case s == rematch.More && full:
		m.reason = fmt.Sprintf("%d bytes have come without a match", m.max)
		return m.max, rematch.Failed
	}
	return n, s
}

func (m *prefixMatcher) end() (int, bool) {
	if m.prefix == nil {
		return 0, false
	}
	n, s := m.prefix.End()
	n, s = m.judge(n, s, false)
	return n, s == rematch.Matched
}

func (m *prefixMatcher) found(text []byte) *match {
	return &match{m.pattern, slices.Clone(text), m.prefix.Groups()}
}

func (m *prefixMatcher) why() string { return m.reason }

// framedMatcher matches a message by a pattern.
type framedMatcher struct {
	frame   *decoder
	pattern *pattern
	prefix  *rematch.Prefix // finds what can't match before the message has ended; nil: that is left to its end
	fed     int             // to prefix, of the message
	reason  string
}

func (m *framedMatcher) feed(b byte) (int, rematch.State) {
	at := m.frame.raw
	sure, done, err := m.frame.feed(b)
	if err != nil {
		m.reason = err.Error()
		return at, rematch.Failed
	}
	if off, failed := m.look(sure); failed {
		return off, rematch.Failed
	}
	switch {
	case !done:
		return 0, rematch.More
	case m.pattern.whole != nil && m.pattern.whole.Match(m.frame.body):
		return m.frame.raw, rematch.Matched
	}
	m.reason = "the message has ended without a match"
	return at, rematch.Failed
}

// look feeds what is certainly the message's to the pattern's machine, as long as that is not decided.
func (m *framedMatcher) look(sure int) (off int, failed bool) {
	for m.prefix != nil && m.fed < sure {
		n, s := m.prefix.Feed(m.frame.body[m.fed : m.fed+1])
		m.fed++
		switch s {
		case rematch.Matched:
			m.prefix = nil
		case rematch.Failed:
			return m.frame.offset(n), true
		}
	}
	return 0, false
}

func (m *framedMatcher) end() (int, bool) { return 0, false }

func (m *framedMatcher) found([]byte) *match { return m.pattern.inMessage(m.frame.body) }

func (m *framedMatcher) why() string { return m.reason }
