package fakeserver

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// gates are where Hold stops streams, and handlers, by name.
type gates struct {
	mu       sync.Mutex // guards what follows, and holds together what a gate does and what the record says of it
	named    map[string]*gate
	rearmed  change   // of which gate has a name
	handlers []string // gates of handlers, which the plan need not have
}

// A gate holds whatever comes to it until it is released; it stays open then. Rearm puts another
// in its place: what came to this one goes by this one.
type gate struct {
	open    chan struct{} // closed when it is released; under gates.mu
	held    chan struct{} // closed once something was held
	entered once
	fired   atomic.Bool // a Hold that came to it has fired
}

// enter says that a stream has stopped at the gate, unless the gate was open all the time.
func (g *gate) enter() {
	if g.fired.Load() {
		g.entered.do(func() { close(g.held) })
	}
}

// watch returns the gate that has the name now, and a channel that is closed when a name gets
// another.
func (g *gates) watch(name string) (*gate, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.atLocked(name), g.rearmed.next()
}

// atLocked returns the gate that has the name now. It needs mu.
func (g *gates) atLocked(name string) *gate {
	if g.named[name] == nil {
		if g.named == nil {
			g.named = map[string]*gate{}
		}
		g.named[name] = &gate{open: make(chan struct{}), held: make(chan struct{})}
	}
	return g.named[name]
}

// release opens the gate that has the name, unless it is open: note comes first.
func (g *gates) release(name string, note func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at := g.atLocked(name); !isClosedChan(at.open) {
		note()
		close(at.open)
	}
}

// rearm gives the name another gate, which is closed, if the one that it has is open: note comes
// first.
func (g *gates) rearm(name string, note func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if isClosedChan(g.atLocked(name).open) {
		note()
		delete(g.named, name)
		g.rearmed.raise()
	}
}

// ofHandler adds the gates that a handler says it has.
func (g *gates) ofHandler(h any) {
	if h, ok := h.(interface{ Gates() []string }); ok {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, name := range h.Gates() {
			g.addLocked(name)
		}
	}
}

// gatesOf returns the gates of all handlers that say which they have.
func gatesOf[H any](all []H) (names []string) {
	for _, h := range all {
		if h, ok := any(h).(interface{ Gates() []string }); ok {
			names = append(names, h.Gates()...)
		}
	}
	return names
}

// addLocked adds a gate of a handler. It needs mu.
func (g *gates) addLocked(name string) {
	if !slices.Contains(g.handlers, name) {
		g.handlers = append(g.handlers, name)
	}
}

// Release opens the gate of a Hold rule, or of a handler's [Conn.Hold], for everything that is held there and
// for all that comes later, until Rearm; a Note in the record says where that was. It returns an
// error that names the gates that there are if there is none of that name: the plan's, those that the handler says it has, and
// those that a handler has come to.
func (s *core) Release(name string) error {
	if err := s.checkGate(name); err != nil {
		return err
	}
	s.gates.release(name, s.noteGate(name, gateReleased))
	return nil
}

// Rearm closes a gate that was released: the next Hold that comes to it holds again, such as that
// of a later connection, of another rule with the same gate, or of one that comes with SetFaults.
// What was held there before, or is past it, goes on: a Hold acts once on a connection. So call it
// before what is to be held can come to the gate. Where the gate is closed, Rearm does nothing. It
// has a Note in the record, and returns an error, as Release does.
func (s *core) Rearm(name string) error {
	if err := s.checkGate(name); err != nil {
		return err
	}
	s.gates.rearm(name, s.noteGate(name, gateRearmed))
	return nil
}

// What becomes of a gate.
const (
	gateReleased = "is released"
	gateRearmed  = "is rearmed"
)

// gateNote is the text of the Note of what becomes of a gate.
func gateNote(name, becomes string) string { return "gate " + name + " " + becomes }

// noteGate returns what records what becomes of a gate.
func (s *core) noteGate(name, becomes string) (note func()) {
	return func() { s.rec.Add(transcript.Event{Kind: transcript.Note, Text: gateNote(name, becomes)}) }
}

// AwaitHeld waits until something is held at a gate, or has been since it was last rearmed: by
// then, what comes before it has left, or was handed on. What comes to a gate that is open is not
// held. When ctx is done first, the error wraps its cause.
func (s *core) AwaitHeld(ctx context.Context, name string) error {
	if err := s.checkGate(name); err != nil {
		return err
	}
	for {
		at, rearmed := s.gates.watch(name)
		select {
		case <-at.held:
			return nil
		case <-rearmed:
		case <-ctx.Done():
			return s.redactError(fmt.Errorf("fakeserver: %s: nothing was held at gate %q: %w", s.name, name, context.Cause(ctx)))
		case <-s.Done():
			return s.closedError("AwaitHeld")
		}
	}
}

// checkGate refuses a name that no rule of the plan has, and no handler.
func (s *core) checkGate(name string) error {
	s.gates.mu.Lock()
	known := slices.Clone(s.gates.handlers)
	s.gates.mu.Unlock()
	for _, r := range s.compiled().Plan().Rules {
		if h, ok := r.Fault.(fault.Hold); ok && !slices.Contains(known, h.Gate) {
			known = append(known, h.Gate)
		}
	}
	switch {
	case slices.Contains(known, name):
		return nil
	case len(known) == 0:
		return fmt.Errorf("fakeserver: %s: nothing holds at gate %q: neither the plan nor the handler has gates", s.name, name)
	}
	return s.redactError(fmt.Errorf("fakeserver: %s: nothing holds at gate %q; the gates are %q", s.name, name, known))
}
