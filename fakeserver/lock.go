package fakeserver

import (
	"slices"
	"sync"
	"time"
)

// A lock is a mutex that may be held while blocking: whatever waits for it waits on a
// channel, which a synctest bubble understands. It is handed over in the order of arrival.
// The zero value is ready.
type lock struct {
	mu      sync.Mutex // guards what follows
	held    bool
	waiting []chan struct{} // each closed when the lock is handed to it
}

func (l *lock) lock() { l.lockUnless(nil) }

// tryLock locks if the lock is free, and reports whether it was.
func (l *lock) tryLock() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	free := !l.held
	l.held = true
	return free
}

// lockWithin locks if that is possible within d, and reports whether it was.
func (l *lock) lockWithin(d time.Duration) bool {
	late := make(chan struct{})
	t := time.AfterFunc(d, func() { close(late) })
	defer t.Stop()
	return l.lockUnless(late)
}

// lockUnless locks, unless stop is closed before that is possible. It reports whether it did.
func (l *lock) lockUnless(stop <-chan struct{}) bool {
	l.mu.Lock()
	if !l.held {
		l.held = true
		l.mu.Unlock()
		return true
	}
	turn := make(chan struct{})
	l.waiting = append(l.waiting, turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return true
	case <-stop:
		return !l.leave(turn)
	}
}

// leave takes a waiting caller out of the line. It reports false if the lock was handed to it
// in the meantime.
func (l *lock) leave(turn chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, turn)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}

// unlock hands the lock to what has waited for it the longest, if there is such.
func (l *lock) unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.held = false
		return
	}
	close(l.waiting[0])
	l.waiting = slices.Delete(l.waiting, 0, 1)
}
