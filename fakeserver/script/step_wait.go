package script

import (
	"fmt"
	"time"
)

// Wait does nothing for a time. A script whose client gives up meanwhile is not done: where that is what a test is about,
// let the server's plan make the answer late, by fault.Latency or fault.Stall.
func Wait(d time.Duration) Step { return Step{act: pause{d}} }

type pause struct{ d time.Duration }

func (p pause) head(quoter) string { return "wait " + p.d.String() }

func (p pause) check(c *checker) {
	if p.d < 0 {
		c.refuse("it waits for %v, want 0 or more", p.d)
	}
}

func (p pause) run(r *run) error {
	d, cut := p.d, false
	if left, bounded := r.timeLeft(); bounded && left < d {
		d, cut = left, true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.ctx.Done():
		return r.missing(fmt.Sprintf("to wait %v", p.d), serverClosed)
	}
	if cut {
		return r.missing(fmt.Sprintf("to wait %v", p.d), r.tooLate())
	}
	return nil
}

// Hold waits at a gate until the test calls the server's Release with its name. AwaitHeld waits until a step is there.
// At a gate that is open it goes on at once; see [fakeserver.Conn.Hold].
func Hold(gate string) Step { return Step{act: hold{gate}} }

type hold struct{ gate string }

func (h hold) head(quote quoter) string { return "hold " + quote(h.gate) }

func (h hold) check(c *checker) {
	if h.gate == "" {
		c.refuse("its gate has no name")
	}
	if c.bounded {
		c.refuse("it may not be in within: how long a test takes to release a gate is not the client's doing")
	}
}

func (h hold) run(r *run) error {
	if err := r.talk.hold(h.gate); err != nil {
		return r.broken(fmt.Sprintf("to hold at gate %q", h.gate), err)
	}
	return nil
}

// gatesOf returns the names of the gates at which steps hold.
func gatesOf(steps []Step) (names []string) {
	each(steps, func(s Step) {
		if h, ok := s.act.(hold); ok {
			names = append(names, h.gate)
		}
	})
	return names
}
