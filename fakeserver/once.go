package fakeserver

import "sync"

// A once is what the first caller does, and all others wait for. They wait on a channel,
// which a synctest bubble understands; those of a sync.Once wait for a mutex. The zero
// value is ready.
type once struct {
	mu                 sync.Mutex // guards what follows
	hasBegun, hasEnded bool
	over               chan struct{} // closed when it is done; nil until something waits for that
}

// do calls f, unless do or begin was called before, and returns when that is done. It reports
// whether it was the first.
func (o *once) do(f func()) (first bool) {
	if !o.begin() {
		o.wait()
		return false
	}
	defer o.end()
	f()
	return true
}

// begin reports whether the caller is the first. If so, it does the thing, and then calls end.
func (o *once) begin() (first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	first = !o.hasBegun
	o.hasBegun = true
	return first
}

// end lets go of all that wait.
func (o *once) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hasEnded = true
	if o.over != nil {
		close(o.over)
	}
}

// begun reports whether there has been a first caller.
func (o *once) begun() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hasBegun
}

// done returns a channel that is closed once it is done.
func (o *once) done() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over == nil {
		o.over = make(chan struct{})
		if o.hasEnded {
			close(o.over)
		}
	}
	return o.over
}

// wait waits until it is done. It must have begun.
func (o *once) wait() { <-o.done() }
