package fault

import (
	"bytes"
	"strings"
)

// A matcher looks for a pattern in a stream that comes in pieces (Knuth, Morris and Pratt's
// automaton).
type matcher struct {
	pattern []byte
	rare    int   // which of its bytes is searched for
	back    []int // back[i]: the longest proper prefix that is a suffix of pattern[:i+1]
	state   int   // how much of the pattern the stream's end matches
	clear   int   // in so many of the bytes to come no match ends, as look has found
}

func newMatcher(pattern []byte) *matcher {
	m := &matcher{pattern: pattern, back: make([]int, len(pattern)), rare: rarest(pattern)}
	for i, k := 1, 0; i < len(pattern); i++ {
		for k > 0 && pattern[i] != pattern[k] {
			k = m.back[k-1]
		}
		if pattern[i] == pattern[k] {
			k++
		}
		m.back[i] = k
	}
	return m
}

// step returns the state after one more byte, from one in which no match ends.
func (m *matcher) step(state int, b byte) int {
	for state > 0 && m.pattern[state] != b {
		state = m.back[state-1]
	}
	if m.pattern[state] == b {
		state++
	}
	return state
}

// look is find for the bytes that come next, which are not searched a second time.
func (m *matcher) look(p []byte) int {
	n := m.find(p)
	if m.clear = n - 1; n < 0 {
		m.clear = len(p)
	}
	return n
}

// find returns how many of p's bytes complete the first match, or -1. It does not
// take them.
func (m *matcher) find(p []byte) int {
	if m.clear >= len(p) {
		return -1
	}
	if begun := m.clear + 1 - len(m.pattern); begun > 0 {
		return m.findIn(p, begun)
	}
	state := m.state
	for i, b := range p {
		if state = m.step(state, b); state == len(m.pattern) {
			return i + 1
		}
		if begun := i + 1 - state; begun >= 0 { // what began before p has come to nothing
			return m.findIn(p, begun)
		}
	}
	return -1
}

// findIn is find for a match that begins at p[from] or later.
func (m *matcher) findIn(p []byte, from int) int {
	misses := 0
	for i := from + m.rare; i < len(p); i++ {
		at := bytes.IndexByte(p[i:], m.pattern[m.rare])
		if at < 0 {
			return -1
		}
		i += at
		begun := i - m.rare
		if bytes.HasPrefix(p[begun:], m.pattern) {
			return begun + len(m.pattern)
		}
		if misses++; misses > 4+(i-from)/256 { // it is not rare here
			if at = bytes.Index(p[begun:], m.pattern); at < 0 {
				return -1
			}
			return begun + at + len(m.pattern)
		}
	}
	return -1
}

// common are the most frequent bytes, the most frequent first: in text, in lines, and in what is
// empty. It is a guess, on which nothing depends but the speed.
const common = "\x00 e\ntaoinsrhl\rd0cu1mfpgwy2bv3k4x5j6q7z89"

// rarest returns the index of the pattern's byte that comes least often.
func rarest(pattern []byte) (index int) {
	least := -1
	for i, b := range pattern {
		rank := strings.IndexByte(common, b)
		if rank < 0 {
			rank = len(common)
		}
		if rank > least {
			index, least = i, rank
		}
	}
	return index
}

// take moves on by p, and reports whether a match ends there. The next match begins no earlier
// than that.
func (m *matcher) take(p []byte) bool {
	m.clear = max(0, m.clear-len(p))
	if n := len(p) - len(m.pattern); n > 0 {
		p, m.state = p[n:], 0 // what the stream's end matches is no longer than the pattern
	}
	for _, b := range p {
		m.state = m.step(m.state, b)
	}
	if m.state < len(m.pattern) {
		return false
	}
	m.state = 0
	return true
}

// need returns how many more bytes it takes at least to complete a match: a
// reader that takes no more never reads past one.
func (m *matcher) need() int64 { return int64(len(m.pattern) - m.state) }
