package fault

import (
	"bytes"
	"errors"
)

// Replace edits a stream: wherever Old stands, however it was cut, New replaces
// it. Matches don't overlap. A partial match at the end of what has come is held
// back until it is decided, or the stream ends.
type Replace struct {
	Old, New string // Old must not be empty; an empty New deletes
}

// Kind returns "replace".
func (Replace) Kind() string { return "replace" }

// Validate refuses an empty Old.
func (f Replace) Validate() error {
	if f.Old == "" {
		return errors.New("Old is empty")
	}
	return nil
}

func (Replace) sealed() {}

func (f Replace) transform(_ draws, offset int64) transformer {
	return &editor{new: []byte(f.New), m: newMatcher([]byte(f.Old))}
}

// editor replaces in a stream. What it keeps back is always what the matcher's
// state stands for, a prefix of the pattern.
type editor struct {
	new []byte
	m   *matcher
}

func (e *editor) apply(p []byte, offset int64, left int) (out []byte, hits []int64) {
	if left == 0 {
		return append(e.flush(), p...), nil
	}
	for i, b := range p {
		before := e.m.state
		e.m.state = e.m.step(before, b)
		if e.m.state == len(e.m.pattern) {
			hits = append(hits, offset+int64(i)+1-int64(len(e.m.pattern)))
			out = append(out, e.new...)
			e.m.state = 0
			if left--; left == 0 {
				return append(out, p[i+1:]...), hits
			}
			continue
		}
		// What no longer can be part of a match passes.
		pass := before + 1 - e.m.state
		out = append(out, e.m.pattern[:min(pass, before)]...)
		if pass > before {
			out = append(out, b)
		}
	}
	return out, hits
}

func (e *editor) kept() int64 { return int64(e.m.state) }

func (e *editor) flush() []byte {
	kept := bytes.Clone(e.m.pattern[:e.m.state])
	e.m.state = 0
	return kept
}
