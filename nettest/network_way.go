package nettest

import (
	"sync"
	"sync/atomic"
)

// A way leads from one host to another.
type way struct {
	cut atomic.Bool
	*path
}

// A path is the two ways between two hosts.
type path struct {
	mu   sync.Mutex // guards held; comes after a Conn's
	held []sender   // what has something for its other end, each once
}

// A sender has something to deliver when its way is open: a Conn.
type sender interface{ deliverHeld() }

// newWays returns the ways there and back of a new path.
func newWays() (there, back *way) {
	p := new(path)
	return &way{path: p}, &way{path: p}
}

func (w *way) isCut() bool { return w.cut.Load() }

// hold reports whether the way is cut. If so, heal has s deliver what it has.
func (w *way) hold(s sender) bool {
	if !w.isCut() {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isCut() { // healed in between
		return false
	}
	w.held = append(w.held, s)
	return true
}

// heal opens both ways of a path.
func heal(there, back *way) {
	there.mu.Lock()
	there.cut.Store(false)
	back.cut.Store(false)
	held := there.held
	there.held = nil
	there.mu.Unlock()
	for _, s := range held {
		s.deliverHeld()
	}
}
