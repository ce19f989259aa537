package fakeserver

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// gates are where Hold stops streams, by name.
type gates struct {
	mu    sync.Mutex // guards named
	named map[string]*gate
}

// A gate holds whatever comes to it until it is released; it stays open then.
type gate struct {
	open     chan struct{} // closed by the first release
	released once
	held     chan struct{} // closed once something was held
	entered  once
	fired    atomic.Bool // a Hold that came to it has fired
}

// enter says that a stream has stopped at the gate, unless the gate was open all the time.
func (g *gate) enter() {
	if g.fired.Load() {
		g.entered.do(func() { close(g.held) })
	}
}

func (g *gate) release() { g.released.do(func() { close(g.open) }) }

// at returns the gate with that name.
func (g *gates) at(name string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.named[name] == nil {
		if g.named == nil {
			g.named = map[string]*gate{}
		}
		g.named[name] = &gate{open: make(chan struct{}), held: make(chan struct{})}
	}
	return g.named[name]
}

// Release opens the gate of a Hold rule, for everything that is held there and
// for all that comes later. It returns an error that names the plan's gates if it
// has none of that name.
func (s *core) Release(name string) error {
	if err := s.checkGate(name); err != nil {
		return err
	}
	s.gates.at(name).release()
	return nil
}

// AwaitHeld waits until something is held at a gate, or has been: by then, what comes
// before it has left, or was handed on. What comes to a gate that is open is not held.
// When ctx is done first, the error wraps its cause.
func (s *core) AwaitHeld(ctx context.Context, name string) error {
	if err := s.checkGate(name); err != nil {
		return err
	}
	select {
	case <-s.gates.at(name).held:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("fakeserver: %s: nothing was held at gate %q: %w", s.name, name, context.Cause(ctx))
	case <-s.Done():
		return s.closedError("AwaitHeld")
	}
}

// checkGate refuses a name that no rule of the plan has.
func (s *core) checkGate(name string) error {
	var known []string
	for _, r := range s.compiled().Plan().Rules {
		if h, ok := r.Fault.(fault.Hold); ok {
			if h.Gate == name {
				return nil
			}
			known = append(known, h.Gate)
		}
	}
	return fmt.Errorf("fakeserver: %s: no rule holds at gate %q; the plan's gates are %q", s.name, name, known)
}
