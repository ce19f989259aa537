package fakeserver

import (
	"context"
	"fmt"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// gates are the places where Hold stops streams, by name.
type gates struct {
	mu    sync.Mutex // guards named
	named map[string]*gate
}

// A gate holds whatever comes to it until it is released; it stays open then.
type gate struct {
	open chan struct{} // closed by Release
	held chan struct{} // closed once something came to it
	once [2]sync.Once
}

func (g *gate) enter()   { g.once[0].Do(func() { close(g.held) }) }
func (g *gate) release() { g.once[1].Do(func() { close(g.open) }) }

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
func (c *core) Release(name string) error {
	if err := c.checkGate(name); err != nil {
		return err
	}
	c.gates.at(name).release()
	return nil
}

// AwaitHeld waits until something is held at a gate, or has been. When ctx is done
// first, its error wraps the cause.
func (c *core) AwaitHeld(ctx context.Context, name string) error {
	if err := c.checkGate(name); err != nil {
		return err
	}
	select {
	case <-c.gates.at(name).held:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("fakeserver: %s: nothing came to gate %q: %w", c.name, name, context.Cause(ctx))
	case <-c.done:
		return c.closedError("AwaitHeld")
	}
}

// checkGate refuses a name that no rule of the plan has.
func (c *core) checkGate(name string) error {
	var known []string
	for _, r := range c.program().Plan().Rules {
		if h, ok := r.Fault.(fault.Hold); ok {
			if h.Gate == name {
				return nil
			}
			known = append(known, h.Gate)
		}
	}
	return fmt.Errorf("fakeserver: %s: no rule holds at gate %q; the plan's gates are %q", c.name, name, known)
}

func isClosedChan(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
