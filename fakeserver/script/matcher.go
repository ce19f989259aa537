package script

import "github.com/fakewire/fakewire/fakeserver/internal/rematch"

// A matcher looks at what a client sends, byte by byte.
type matcher interface {
	// feed takes the next byte. When that decides it, n is how many bytes have matched, or the offset of the first byte
	// with which nothing can match any more; both count from the first byte that was fed.
	feed(b byte) (n int, s rematch.State)
	// end says that nothing comes any more, and reports whether that makes the first n bytes a match.
	end() (n int, matched bool)
	// found returns what was matched, in text, for templates; nil: nothing that they can use.
	found(text []byte) *match
	// why says in words what is wrong, where that is not only a byte that differs.
	why() string
}

// exact is what matchers have in common that match bytes which are known before.
type exact struct{}

func (exact) end() (int, bool) { return 0, false }

func (exact) found([]byte) *match { return nil }

func (exact) why() string { return "" }

// A race is between several matchers that see the same bytes.
type race struct {
	runners []runner
	fed     int
}

type runner struct {
	matcher
	failed bool
	at     int // if failed
}

func newRace(all []expectation) *race {
	r := &race{runners: make([]runner, len(all))}
	for i, e := range all {
		r.runners[i].matcher = e.matcher()
	}
	return r
}

// feed gives the next byte to all. It returns which has matched, and how many bytes; -1: none has yet.
func (r *race) feed(b byte) (won, n int) {
	r.fed++
	for i := range r.runners {
		t := &r.runners[i]
		if t.failed {
			continue
		}
		n, s := t.feed(b)
		switch s {
		case rematch.Matched:
			return i, n
		case rematch.Failed:
			t.failed, t.at = true, n
		}
	}
	return -1, 0
}

// end says that nothing comes any more.
func (r *race) end() (won, n int) {
	for i := range r.runners {
		t := &r.runners[i]
		if n, matched := t.end(); !t.failed && matched {
			return i, n
		}
	}
	return -1, 0
}

// lost reports whether none can match any more, and which of them has come furthest, to which offset. If one still can, that is
// the furthest.
func (r *race) lost() (furthest, at int, lost bool) {
	at = -1
	for i, t := range r.runners {
		if !t.failed {
			return i, r.fed, false
		}
		if t.at > at {
			furthest, at = i, t.at
		}
	}
	return furthest, at, true
}

// textMatcher matches exactly these bytes.
type textMatcher struct {
	exact
	want []byte
	n    int
}

func (m *textMatcher) feed(b byte) (int, rematch.State) {
	if m.n >= len(m.want) || m.want[m.n] != b {
		return m.n, rematch.Failed
	}
	if m.n++; m.n == len(m.want) {
		return m.n, rematch.Matched
	}
	return 0, rematch.More
}

// lineMatcher matches a line, which "\n" or "\r\n" ends.
type lineMatcher struct {
	exact
	want string
	n    int
}

func (m *lineMatcher) feed(b byte) (int, rematch.State) {
	at := m.n
	m.n++
	switch {
	case at < len(m.want) && b == m.want[at], at == len(m.want) && b == '\r':
		return 0, rematch.More
	case at >= len(m.want) && b == '\n':
		return at + 1, rematch.Matched
	}
	return at, rematch.Failed
}
