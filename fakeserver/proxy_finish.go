package fakeserver

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How the upstream's leg ends.

// finish ends the connection as how says, when nothing else reads or writes it any more.
func (u *upstreamConn) finish(how ending) {
	defer u.core.wg.Done()
	u.mu.Lock()
	u.cut = ""
	u.mu.Unlock()
	u.raw.SetDeadline(time.Time{})
	switch {
	case u.isBroken():
		u.noteUnread()
		u.noteTorn()
		u.close()
	case how == atOnce:
		u.reset()
	case how == byReset:
		u.awaitDelivery()
		u.reset()
	case how == asExit:
		u.noteUnread()
		u.closeWrite()
		u.close()
	case !socket.CanCloseWrite(u.raw): // what it still sends would have no end
		u.close()
	default:
		u.closeWrite()
		u.drain()
		u.noteUnread()
		u.close()
	}
}

// awaitDelivery waits until what was written has arrived, or does not get any further.
func (u *upstreamConn) awaitDelivery() {
	for last, since := u.moved(), time.Now(); last.unacked > 0 && time.Since(since) < noProgress; {
		if !u.core.linger(socket.Acked(u.base), lastPoll) {
			return
		}
		if now := u.moved(); now != last {
			last, since = now, time.Now()
		}
	}
}

// reset sends an RST.
func (u *upstreamConn) reset() {
	u.noteUnread()
	if !socket.CanReset(u.base) {
		u.note(transcript.Note, "closed at once: a unix socket has no RST")
		u.close()
		return
	}
	u.to.Add(transcript.Event{Kind: transcript.RST, Count: u.unacked()})
	err := socket.Reset(u.base)
	u.note(transcript.Close, "")
	if err != nil {
		u.note(transcript.Error, err.Error())
	}
	if u.base != u.raw {
		u.raw.Close() // which tells nobody any more
	}
}

// noteTorn records the upstream's RST if nothing has read it.
func (u *upstreamConn) noteTorn() {
	u.mu.Lock()
	unseen := u.torn && u.theirs != transcript.RST
	u.mu.Unlock()
	if unseen {
		u.theyEnded(transcript.RST)
	}
}

func (u *upstreamConn) close() {
	u.note(transcript.Close, "")
	u.raw.Close()
}

// drain discards what the upstream still sends, as Conn does: so a FIN stays a FIN. It ends when the server closes.
func (u *upstreamConn) drain() {
	if u.theyEnd() {
		return
	}
	stop := context.AfterFunc(u.core.ctx, func() { u.raw.SetReadDeadline(past) })
	defer stop()
	began := time.Now()
	for sum := 0; sum < drainBytes; {
		u.raw.SetReadDeadline(earliest(time.Now().Add(drainIdle), began.Add(drainTotal)))
		if u.core.isClosing() {
			return
		}
		p, err := u.read(transcript.Discarded)
		if sum += len(p); err != nil {
			return
		}
	}
}

// noteUnread records what lies in the socket and will not be read.
func (u *upstreamConn) noteUnread() {
	if n, err := socket.Unread(u.base); err == nil && n > 0 && !u.theyEnd() {
		u.from.Add(transcript.Event{Kind: transcript.Unread, Count: int64(n), AtClose: u.core.isClosing(), Text: "in the socket when it was closed"})
	}
}
