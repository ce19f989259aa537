package main

import (
	"io"
	"sync"
)

// maxUnread is how much of a recording may wait to be printed before the server waits for that, too.
const maxUnread = 4 << 20

// A live is a recording on its way from a server to what prints it. The file that it is also written to never waits for a
// terminal that is stopped; where very much is waiting, clients do.
type live struct {
	mu     sync.Mutex // guards what follows
	change *sync.Cond
	unread []byte
	taken  int64         // bytes that were read
	ended  bool          // no more is written
	left   bool          // no more is read
	room   chan struct{} // closed when there is room again; nil: nothing waits for that
}

func newLive() *live {
	l := new(live)
	l.change = sync.NewCond(&l.mu)
	return l
}

// Write hands on p. It never fails, nor waits: what is not read any more is dropped.
func (l *live) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.left {
		l.unread = append(l.unread, p...)
		l.change.Broadcast()
	}
	return len(p), nil
}

// Room returns a channel that is closed when there is room for more; nil: there is.
func (l *live) Room() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isFullLocked() {
		return nil
	}
	if l.room == nil {
		l.room = make(chan struct{})
	}
	return l.room
}

func (l *live) isFullLocked() bool { return len(l.unread) >= maxUnread && !l.left }

// makeRoomLocked tells what waits for room that there is some, if so. It needs mu.
func (l *live) makeRoomLocked() {
	if l.room != nil && !l.isFullLocked() {
		close(l.room)
		l.room = nil
	}
}

// progress returns how much was read so far.
func (l *live) progress() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}

// end lets Read return io.EOF after what is there.
func (l *live) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.change.Broadcast()
}

// leave lets Write drop all.
func (l *live) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left, l.unread = true, nil
	l.makeRoomLocked()
	l.change.Broadcast()
}

func (l *live) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.unread) == 0 && !l.ended && !l.left {
		l.change.Wait()
	}
	if len(l.unread) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.unread)
	l.taken += int64(n)
	if l.unread = l.unread[n:]; len(l.unread) == 0 {
		l.unread = nil
	}
	l.makeRoomLocked()
	return n, nil
}
