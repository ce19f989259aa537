package fakeserver

import "github.com/fakewire/fakewire/fakeserver/transcript"

// Unread says that the handler makes nothing of the last n bytes that it has read, as one that reads ahead: the record has
// them as unread, and the transcript's FromClient without them, as if they had come after the handler's end. Call it last.
// Where a rule has changed the length of what the client sent, that is about as much of it.
func (c *Conn) Unread(n int) {
	if n <= 0 {
		return
	}
	c.in.calls.lock()
	defer c.in.unlock()
	c.core.rec.Add(transcript.Event{
		Conn: c.n, Direction: c.in.way, Kind: transcript.Unread,
		Offset: max(0, c.in.handed-int64(n)), Count: int64(n), AtClose: c.isCutOff(), Text: unreadText,
	})
}

// unreadText is what the record says of bytes that no handler has read.
const unreadText = "the handler did not read these bytes"

// A leftover is what the record says that the handler did not read.
type leftover struct {
	bytes int64 // that wait in the queue
	named bool  // the handler gets no more
}

// leaveUnread leaves out what a rule has ended: that may still be read.
func (p *pumpedIn) leaveUnread() {
	if p.endedByRule.Load() {
		return
	}
	p.in.discard.Store(true)
	p.in.calls.lock() // a Read that is under way takes what it takes
	defer p.in.calls.unlock()
	if p.queue.awaitShown(); !p.endedByRule.Load() {
		p.addUnread()
	}
}

func (p *pumpedIn) nameUnread() {
	p.in.calls.lock() // a Read that is under way takes what it takes
	defer p.in.calls.unlock()
	p.addUnread()
	p.unread.named = true
}

// addUnread records what waits for the handler as unread, once each. It needs calls.
func (p *pumpedIn) addUnread() {
	first, ok := p.queue.front()
	n := p.queue.waiting() - p.unread.bytes
	if !ok || n <= 0 {
		return
	}
	p.c.core.rec.Add(transcript.Event{
		Conn: p.c.n, Direction: p.way, Kind: transcript.Unread,
		Offset: first.From + p.unread.bytes, Count: n, AtClose: p.c.isCutOff(), Text: unreadText,
	})
	p.unread.bytes += n
	p.unread.named = true
}

// followed may be called by anything, at any time.
func (p *pumpedIn) followed(n int) { p.stream.Followed(int64(n)) }
