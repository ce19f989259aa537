package fakeserver

import (
	"fmt"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A life is how far a connection has come: it is open, then doomed, then over.
//
// Whatever ends a connection dooms it, through Conn.end, and says how it is to end and why. From
// then on Read and Write fail with why. The first to say so is the one that counts, but for one
// thing: a doomed connection may still be ended at once.
//
//	inOrder  What was written leaves when it is due, and then a FIN. It stays a FIN: what the
//	         client still sends is read, and recorded as discarded. See drain for how long.
//	asExit   A FIN, now, and the socket is closed: what still comes is answered with an RST. What that
//	         keeps from leaving is named in the record.
//	byReset  What was written leaves, for as long as there is progress, and then an RST.
//	atOnce   An RST, now. What it keeps from leaving is named in the record.
//
// This is what dooms a connection:
//
//	the handler's return   inOrder; byReset after an error of its own, a panic or a Goexit
//	Conn.Close             inOrder
//	Conn.Reset             byReset
//	a rule                 inOrder (Close), asExit (Exit) or atOnce (Reset), when it acts
//	CloseClientConns       inOrder, asExit or atOnce
//	a Restart              asExit or atOnce
//	Listener.Close         atOnce, if nothing has accepted the connection
//	Server.Close, Stop     inOrder, and hurried: nothing waits for the client any more
//
// What asks for an RST sends it. An error of the handler's own sends one even if the connection
// was to end in order, and is not over yet. All the rest is done by one goroutine, which buries the
// connection: the handler's own, once the handler has returned. Another one is started only if
// something ends the connection before that, or if there is no handler. A rule starts none: the
// handler may take its time to read what came before the rule acted.
//
// A connection is over once its socket is closed, by an RST or as the last step of the burial.
// From then on no rule acts on it.
//
// # Locks
//
// This is the order in which fakeserver locks, from the outermost to the innermost. Those in one
// line are never held together.
//
//	outages.life
//	inbound.calls
//	outbound.calls
//	pumpedOut.deciding
//	Server.mu, Listener.mu, conns.mu, plans.mu, core.errMu, Conn.mu, outbound.mu
//	queue.mu
//	gates.mu
//	the mutexes of fault, of the record, and of each lock, once and waitGroup
//
// The first three are of type lock, and may be held while something waits for the other end, or
// for an outage to begin, which has life. Listener.accepts is held while something waits for a
// client, and only life may be held before it. Listener.turn is held while something waits for the
// owner's Accept, and nothing may be held before it. The
// others are mutexes, under which nothing waits. What waits for a connection to change takes
// life.next. A datagram server has locks of its own: see peers.
type life struct {
	mu       sync.Mutex      // guards what follows, and the mode and deadline of both directions
	begun    bool            // OnAccept rules have acted, and pumps are started: it may be buried
	why      error           // what Read and Write fail with; nil while the connection is open
	how      ending          // what its end is to be like, once there is a why
	hurried  bool            // nothing waits for the client any more
	over     bool            // the socket is closed, or just about to be
	closed   bool            // it is closed, and the record says so
	client   transcript.Kind // how the client has ended its stream: FIN or RST; else zero
	returned bool            // its owner has closed it, of a Listener's connection
	changed  change          // of any of these

	burial once
}

// An ending is how a doomed connection ends.
type ending int8

const (
	inOrder ending = iota
	asExit
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

// set makes true what a field of l says.
func (l *life) set(fact *bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*fact = true
	l.changed.raise()
}

// await waits until what a field of l says is true.
func (l *life) await(fact *bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !*fact {
		changed := l.changed.next()
		l.mu.Unlock()
		<-changed
		l.mu.Lock()
	}
}

// claimClose makes the connection over, and reports whether the caller is the one to close the
// socket. If so, it sets closed when it has.
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

// mustNotWait reports whether nothing is to wait for the client any more.
func (l *life) mustNotWait() bool {
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
	return l.why != nil && l.how >= byReset
}

// ending returns how a doomed connection is to end.
func (l *life) ending() ending {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.how
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
