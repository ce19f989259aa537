package fakeserver

import "github.com/fakewire/fakewire/fakeserver/transcript"

// leaveUnread records what the handler left unread when it ended: nobody gets that any more,
// however long the client goes on. What a rule has ended may still be read.
func (in *inbound) leaveUnread() {
	in.c.mu.Lock()
	pumped := in.queue != nil
	in.c.mu.Unlock()
	if !pumped || in.ruled.Load() {
		return
	}
	in.discard.Store(true)
	in.reader.lock() // a Read that is under way takes what it takes
	defer in.reader.unlock()
	if in.queue.awaitThaw(); !in.ruled.Load() {
		in.addUnread()
	}
}

// nameUnread records what the handler did not read, of a direction that was drained.
func (in *inbound) nameUnread() {
	if in.pumped == nil {
		return
	}
	in.reader.lock() // a Read that is under way takes what it takes
	defer in.reader.unlock()
	in.ruled.Store(false) // what is named here as unread stays so
	in.addUnread()
}

// addUnread records what waits for the handler as unread, once each. It needs reader.
func (in *inbound) addUnread() {
	first, ok := in.queue.front()
	if n := in.queue.waiting() - in.unread; ok && n > 0 {
		in.c.core.rec.Add(transcript.Event{
			Conn: in.c.n, Direction: transcript.FromClient, Kind: transcript.Unread,
			Offset: first.From + in.unread, Count: n, AtClose: in.c.isCutOff(), Text: "the handler did not read these bytes",
		})
		in.unread += n
	}
}
