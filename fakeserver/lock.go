package fakeserver

import "time"

// A lock is a mutex that may be held while blocking: whoever waits for it waits
// on a channel, which a synctest bubble understands.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) lock()   { l <- struct{}{} }
func (l lock) unlock() { <-l }

// tryLock locks if nobody else does, and reports whether it did.
func (l lock) tryLock() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

// lockWithin locks if that is possible within d, and reports whether it was.
func (l lock) lockWithin(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case l <- struct{}{}:
		return true
	case <-t.C:
		return false
	}
}
