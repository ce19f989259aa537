package fakeserver

import "sync"

// A once is what the first caller does, and all others wait for. They wait on a channel,
// which a synctest bubble understands; those of a sync.Once wait for a mutex. The zero
// value is ready.
type once struct {
	mu   sync.Mutex    // guards done
	done chan struct{} // closed when it is done; nil until it is begun
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
func (o *once) begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done != nil {
		return false
	}
	o.done = make(chan struct{})
	return true
}

// end lets go of all that wait.
func (o *once) end() { close(o.done) }

// begun reports whether there has been a first caller.
func (o *once) begun() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.done != nil
}

// wait waits until it is done. It must have begun.
func (o *once) wait() {
	o.mu.Lock()
	done := o.done
	o.mu.Unlock()
	<-done
}
