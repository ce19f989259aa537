package main

import (
	"io"
	"sync"
)

// maxUnread is how much of a recording may wait to be printed before the server waits for that, too.
const maxUnread = 4 << 20

// A live is a recording on its way from a server to what prints it. The file that it is also written to does not wait for a
// terminal that is stopped, unless very much is waiting.
type live struct {
	mu     sync.Mutex // guards what follows
	change *sync.Cond
	unread []byte
	taken  int64 // bytes that were read
	rushed bool  // Write waits for nothing
	ended  bool  // no more is written
	left   bool  // no more is read
}

func newLive() *live {
	l := new(live)
	l.change = sync.NewCond(&l.mu)
	return l
}

// Write hands on p. It never fails: what is not read any more is dropped.
func (l *live) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.unread) >= maxUnread && !l.left && !l.rushed {
		l.change.Wait()
	}
	if !l.left {
		l.unread = append(l.unread, p...)
		l.change.Broadcast()
	}
	return len(p), nil
}

// rush lets Write wait for nothing any more: the file is to have all, whatever becomes of the output.
func (l *live) rush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rushed = true
	l.change.Broadcast()
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
	l.change.Broadcast()
	return n, nil
}
