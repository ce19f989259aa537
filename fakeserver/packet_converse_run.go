package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// conversing is how far a conversation is.
type conversing int8

const (
	awaiting conversing = iota // for a datagram to begin with
	talking                    // the handler's goroutine is there
	over                       // the handler has returned
)

// errIdle is what a PeerHandler of this package returns to be called again with the next datagram.
var errIdle = errors.New("idle")

// handlerEnded is why a datagram is not delivered any more.
const handlerEnded = "the handler had ended"

// conversationOf returns the conversation that a datagram of p's belongs to; nil: its handler has none. It is the
// reader's, and needs the actions' mu.
func (s *packetsIn) conversationOf(p *peer) *Peer {
	if p.handlers == s.handlers {
		return p.conversation
	}
	p.handlers, p.conversation = s.handlers, nil
	if h, ok := handlerFor(s.handler, p.n).(PeerHandler); ok {
		p.conversation = &Peer{s: s.peers, client: p, handler: h}
		s.conversations = append(s.conversations, p.conversation)
	}
	return p.conversation
}

// replaceAll says to all conversations that no more will come than is on its way. It needs the actions' mu.
func (s *packetsIn) replaceAll() {
	for _, p := range s.conversations {
		p.replaced = true
		p.inbox.wake()
	}
}

// allConversations returns all that there are.
func (s *packetsIn) allConversations() []*Peer {
	s.actions.mu.Lock()
	defer s.actions.mu.Unlock()
	return slices.Clone(s.conversations)
}

// drop says of a datagram on its way that it does not come. It needs the actions' mu.
func (p *Peer) drop() {
	p.coming--
	p.inbox.wake()
}

// put lets the handler have a datagram when it is due, and starts the conversation. Once the handler has ended, it
// names the datagram.
func (p *Peer) put(due time.Time, d delivery) {
	if !p.queue(due, d) {
		p.refuse([]delivery{d})
	}
}

// queue is put, and reports false if the handler has ended.
func (p *Peer) queue(due time.Time, d delivery) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == over {
		return false
	}
	p.inbox.put(due, d)
	p.startLocked()
	return true
}

// startLocked starts the handler's goroutine, if it is waiting for a datagram. It needs mu.
func (p *Peer) startLocked() {
	if p.state == awaiting && !p.s.isClosing() {
		p.state = talking
		p.s.wg.Add(1)
		go p.serve()
	}
}

// serve runs the handler, once its first datagram is due.
func (p *Peer) serve() {
	defer p.s.wg.Done()
	if !p.inbox.await(p.s.core) {
		p.setState(awaiting) // it was never called
		return
	}
	err := errGoexit
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v)
		}
		p.finish(err)
	}()
	err = p.handler.ServePeer(p.s.ctx, p)
}

// finish ends the conversation as the handler's error says.
func (p *Peer) finish(err error) {
	if err == errIdle {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.state = awaiting
		if due, _ := p.inbox.first(); !due.IsZero() {
			p.startLocked()
		}
		return
	}
	if err != nil && !p.isEnd(err) {
		p.s.noteHandler(serving{peer: p.Number(), number: p.at.Load(), handler: p.handler}, err)
	}
	p.setState(over)
	if !p.s.isClosing() { // else Close names the rest
		p.refuse(p.inbox.rest())
	}
}

// isEnd reports whether a handler's error says no more than that there is nothing more to be read.
func (p *Peer) isEnd(err error) bool {
	if err == io.EOF {
		p.s.actions.mu.Lock()
		defer p.s.actions.mu.Unlock()
		return p.replaced
	}
	return p.s.isClosing() && isClosed(err) && wireError(err, p.s.localAddr(), nil)
}

func (p *Peer) setState(to conversing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = to
}

// isRunning reports whether the handler's goroutine is there.
func (p *Peer) isRunning() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state == talking
}

// refuse names datagrams that come to a handler that has ended. What lay ready before counts as delivered to it, as in a
// socket's buffer; a rule that was to deliver one later did not act.
func (p *Peer) refuse(all []delivery) {
	a := p.s.actions
	a.mu.Lock()
	for range all {
		p.drop()
	}
	a.mu.Unlock()
	a.nameUndelivered(transcript.FromClient, undeliveredOf(all), handlerEnded)
}

// stuck says what the handler was doing when Close gave up on it.
func (p *Peer) stuck(hung *handlerStacks) error {
	step := ""
	if at := p.step.Load(); at != nil {
		step = fmt.Sprintf(" in step %q", *at)
	}
	at := serving{peer: p.Number(), number: p.at.Load()}
	return fmt.Errorf("fakeserver: %s: Close: %v: handler %T did not return within %v%s; does it watch its ctx?%s",
		p.s.name, at, p.handler, closeGrace, step, hung.of("(*Peer).serve", p))
}
