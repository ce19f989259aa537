package fakeserver

import (
	"fmt"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A life says how far a connection is, and how it ends: it is open, then doomed, then over.
//
// Whatever ends a connection dooms it, by Conn.end, and says how it is to end and why. From
// then on Read and Write fail with the first why. How only becomes harsher: a connection that
// is doomed may still be ended at once.
//
//	inOrder  What was written leaves when it is due, and after it a FIN, which stays a FIN:
//	         what the client still sends is recorded as discarded, until it ends its
//	         stream, is quiet for drainIdle, or goes on beyond drainTotal or drainBytes.
//	byReset  What was written leaves, for as long as there is progress, and then an RST.
//	atOnce   An RST. What it keeps from leaving is named in the record.
//
// These doom it:
//
//	the handler's return   inOrder; byReset after an error of its own, a panic or a Goexit
//	Conn.Close             inOrder
//	Conn.Reset             byReset
//	a rule's Close, Reset  inOrder, atOnce, when it acts
//	CloseClientConns       inOrder, or atOnce
//	a Listener's Close     atOnce, if nothing has accepted the connection
//	Server.Close, Stop     inOrder, and hurried: nothing waits for the client any more
//
// An RST is sent by what asks for it. All the rest is done by one goroutine, which buries the
// connection: that of its handler, when the handler has returned. Only what ends the connection
// before, or where there is no handler, starts another. A rule does not: its handler may take
// its time to read what came before, and then its return buries.
//
// A connection is over once its socket is closed, by an RST or at the end of its burial. Then
// no rule acts on it any more.
//
// # Locks
//
// This is the order in which the locks of fakeserver are taken; those that share a line are
// never held together.
//
//	Server.life, PacketServer.life
//	Server.mu, Listener.mu, conns.mu, plans.mu
//	inbound.reader, outbound.writer
//	outbound.deciding
//	Conn.mu, outbound.mu
//	queue.mu, gates.mu, core.errMu, and those of fault and transcript
//
// The first and the third are locks, which may be held while waiting for the other end; the
// others are mutexes, under which nothing waits. What waits for a connection to change waits
// for next.
type life struct {
	mu      sync.Mutex      // guards what follows, and the mode of both directions with their deadlines
	begun   bool            // its OnAccept rules have acted, and its pumps are started: it may be buried
	why     error           // what Read and Write fail with; nil while the connection is open
	how     ending          // it is to end, once there is a why
	hurried bool            // nothing waits for the client any more
	over    bool            // the socket is closed, or about to be
	client  transcript.Kind // how the client ended its stream: FIN, RST, or 0 while it goes on
	changed change          // of any of these

	burial once
	// Of a connection of a Listener, which has no handler: what is to be done when it is
	// buried, and whether its owner has closed it. Else nil.
	buried   func(*Conn)
	returned bool
}

// An ending is how a doomed connection ends.
type ending int8

const (
	inOrder ending = iota
	byReset
	atOnce
)

// errAtClose is why a connection is doomed that the server's own Close cut off.
var errAtClose = fmt.Errorf("%w", net.ErrClosed)

// doomLocked takes note of how the connection is to end, and reports whether it was open.
func (l *life) doomLocked(how ending, why error) (first bool) {
	if first = l.why == nil; first {
		l.why, l.how = why, how
	} else if how == atOnce {
		l.how = atOnce
	}
	l.changed.raise()
	return first
}

// next returns a channel that is closed when the connection gets further. Take it before
// looking how far it is, and nothing is missed.
func (l *life) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed.next()
}

// nextWhileAlive is next for something that is for the client. It reports false when there is
// no client any more: the socket is closed, or was reset.
func (l *life) nextWhileAlive() (changed <-chan struct{}, alive bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed.next(), !l.over && l.client != transcript.RST
}

// setBegun lets the connection be buried.
func (l *life) setBegun() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
	l.changed.raise()
}

// awaitBegun waits for setBegun.
func (l *life) awaitBegun() {
	for {
		changed := l.next()
		l.mu.Lock()
		begun := l.begun
		l.mu.Unlock()
		if begun {
			return
		}
		<-changed
	}
}

// claimClose makes the connection over, and reports whether the caller is the one to close the
// socket.
func (l *life) claimClose() (first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first = !l.over
	l.over = true
	l.changed.raise()
	return first
}

// giveBack notes that the owner of a Listener's connection closes it, and reports whether it
// does so for the first time.
func (l *life) giveBack() (first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first = !l.returned
	l.returned = true
	return first
}

// hasHandler reports whether the connection's handler buries it when it returns.
func (l *life) hasHandler() bool { return l.buried == nil }

// doomed returns why Read and Write fail, or nil.
func (l *life) doomed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// isDoomed reports whether something has ended the connection.
func (l *life) isDoomed() bool { return l.doomed() != nil }

// isOver reports whether the socket is closed.
func (l *life) isOver() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// nobodyWaits reports whether nothing waits for the client any more.
func (l *life) nobodyWaits() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hurried || l.over
}

// isHurried reports whether nothing waits for the client any more, though the socket is open.
func (l *life) isHurried() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hurried && !l.over
}

// isToReset reports whether the connection ends, or has ended, with an RST.
func (l *life) isToReset() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why != nil && l.how != inOrder
}

// isCutOff reports whether it was the server's Close that ended the connection.
func (l *life) isCutOff() bool { return l.doomed() == errAtClose }

// sawReset reports whether the client's RST has come.
func (l *life) sawReset() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.client == transcript.RST
}

// sawEnd reports whether the client's FIN has come, and no RST after it.
func (l *life) sawEnd() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.client == transcript.FIN
}

// endedByRuleLocked reports whether it was a rule that ended the connection. It needs mu.
func (l *life) endedByRuleLocked() bool {
	_, is := l.why.(*injected)
	return is
}
