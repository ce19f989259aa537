package explore

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/internal/process"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A trial is one run of the body, on a server of its own.
type trial struct {
	server fakeserver.Wire
	memory *nettest.Network // nil: the kernel's
	rest   *process.Rest    // nil: it can't be told
	bound  subject.Bound    // of a step
	ctx    context.Context
	cancel context.CancelFunc // ends ctx
	began  time.Time

	usesAddr atomic.Bool
	reported atomic.Bool // a logger said that it has lost something
	dialing  dialing
	changed  chan struct{} // has room for one: a step began or ended

	atWork  atomic.Int64  // callers whose body has not returned
	claimed atomic.Bool   // somebody opens what callers share
	shared  chan struct{} // closed when that is open
	value   any
	openErr error
	closing func(w *Wire) // when the body has returned for all; nil: nothing is open, or to be closed

	mu      sync.Mutex // guards what follows
	steps   []*Step
	callers []stretch
	over    bool        // it was given up: what comes now does not count
	conns   []io.Closer // what was opened on its Wires
}

// A stretch is what one caller is at: a step, or what is between two of them.
type stretch struct {
	step  *Step // nil: between
	since time.Time
	waits bool // for what another opens
	done  bool
	err   error
	wrong *subject.Misconduct
}

func newTrial(ctx context.Context, srv fakeserver.Wire, memory *nettest.Network, b subject.Bound, callers int) *trial {
	t := &trial{server: srv, memory: memory, bound: b, began: time.Now(), changed: make(chan struct{}, 1), shared: make(chan struct{})}
	t.ctx, t.cancel = context.WithCancel(ctx)
	t.dialing.storm = make(chan struct{})
	t.callers = make([]stretch, callers)
	t.atWork.Store(int64(callers))
	for i := range t.callers {
		t.callers[i].since = t.began
	}
	return t
}

// stepPause is how long a step waits before it begins, so that what became of the one before it is over,
// as it is for most programs: a connection that was closed after its answer has been closed by then. In
// memory, where everything else takes no time, it also tells what came first. On sockets it is over as soon as the process is at rest.
const stepPause = time.Millisecond

// do runs a step. What goes on with a body that was given up, once what it hung in has ended, does no more of them: it may come to its end.
func (t *trial) do(w *Wire, name string, f func(ctx context.Context) (any, error)) (any, error) {
	if t.rest != nil {
		t.rest.Await(stepPause)
	} else {
		pause(t.ctx, stepPause)
	}
	if t.isOver() {
		return nil, context.Canceled
	}
	ctx, cancel := context.WithTimeout(t.ctx, t.bound.Within)
	defer cancel()
	s := t.begin(w, name)
	answer, err := f(ctx)
	t.end(w, s, answer, err)
	return answer, err
}

func (t *trial) begin(w *Wire, name string) *Step {
	now := time.Now()
	s := &Step{Caller: w.caller, Name: name, N: w.counts[name], Began: now.Sub(t.began), Open: true}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.steps = append(t.steps, s)
	}
	t.callers[w.runs-1] = stretch{step: s, since: now}
	return s
}

func (t *trial) end(w *Wire, s *Step, answer any, err error) {
	now, text := time.Now(), textOf(answer)
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		s.Open, s.Took = false, now.Sub(t.began)-s.Began
		s.Answer, s.Err, s.Class = text, err, classOf(err)
	}
	t.callers[w.runs-1] = stretch{since: now}
}

// share opens what callers share. Those that come later wait, in a way that a bubble's clock does not
// stop for.
func (t *trial) share(w *Wire, open func(w *Wire) (any, error), closing func(w *Wire)) (any, error) {
	if t.claimed.CompareAndSwap(false, true) {
		if t.value, t.openErr = open(t.wireOf(1, w.runs)); t.openErr == nil {
			t.closing = closing
		}
		close(t.shared)
	}
	t.wait(w.runs, true)
	defer t.wait(w.runs, false)
	select {
	case <-t.shared:
		return t.value, t.openErr
	case <-t.ctx.Done():
		return nil, t.ctx.Err()
	}
}

// wait notes that a caller waits for what another opens, or does not any more. That may take as many steps as it does.
func (t *trial) wait(caller int, waits bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := &t.callers[caller-1]
	at.waits, at.since = waits, time.Now()
	t.notify()
}

// wireOf returns a Wire for a caller's steps, run by the goroutine of another.
func (t *trial) wireOf(caller, runs int) *Wire {
	return &Wire{caller: caller, runs: runs, trial: t, counts: map[string]int{}}
}

// at returns the step that is open, or else what is around steps.
func (t *trial) at() Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	var o Outcome
	for _, s := range t.steps {
		o.Steps = append(o.Steps, *s)
	}
	return o.at()
}

func (t *trial) isOver() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.over
}

// run runs the body for one caller, and waits for it, unless the trial is over before.
func (t *trial) run(caller int, body Body) {
	over := subject.Go(t.ctx, "the body", func(ctx context.Context) error {
		err := body(ctx, t.wireOf(caller, caller))
		if t.atWork.Add(-1) == 0 && t.closing != nil {
			// Whichever is the last, the steps are those of the first, so that they are the same each time.
			t.closing(t.wireOf(1, caller))
		}
		return err
	})
	select {
	case err := <-over:
		t.done(caller, err)
	case <-t.ctx.Done():
	}
}

// done notes how the body ended for a caller.
func (t *trial) done(caller int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := &t.callers[caller-1]
	at.done, at.err = true, err
	at.wrong, _ = errors.AsType[*subject.Misconduct](err)
	t.notify()
}

func (t *trial) notify() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// watch waits until each caller is done, one of them hangs or misbehaves, or the client dials
// without a pause. It reports whether all is well.
func (t *trial) watch(storm <-chan struct{}) (end ending) {
	for {
		next, end := t.look()
		if end == hung {
			select {
			case <-storm:
				return stormed
			default:
			}
		}
		if end != goingOn {
			return end
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-t.changed:
		case <-timer.C:
		case <-storm:
			timer.Stop()
			return stormed
		case <-t.ctx.Done():
			timer.Stop()
			return interrupted
		}
		timer.Stop()
	}
}

// look returns how the trial stands, and when the next stretch is too long.
func (t *trial) look() (next time.Time, end ending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	limit := t.bound.Within + t.bound.Slack
	next, end = time.Now().Add(limit), returned
	for _, c := range t.callers {
		switch {
		case c.wrong != nil:
			return next, misbehaved
		case c.done:
		case c.waits:
			end = goingOn
		case time.Since(c.since) >= limit:
			return next, hung
		default:
			if due := c.since.Add(limit); due.Before(next) {
				next = due
			}
			end = goingOn
		}
	}
	return next, end
}

// opened notes what the client has to close. What is opened when nobody looks any more is closed at once.
func (t *trial) opened(c io.Closer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		c.Close()
		return
	}
	t.conns = append(t.conns, c)
}

// hangUp closes what the client has not closed, so that what waits there comes to its end.
func (t *trial) hangUp() {
	t.mu.Lock()
	conns := t.conns
	t.conns = nil
	t.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

// sumUp takes no more notice of the body, and says in o what it did.
func (t *trial) sumUp(o *Outcome) []stretch {
	steps, callers := t.close()
	o.Steps = steps
	o.reported = t.reported.Load()
	o.dials, o.addr = t.dialing.total(), t.usesAddr.Load()
	return callers
}

// close takes no more notice of the body, and returns what it did.
func (t *trial) close() (steps []Step, callers []stretch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	for _, s := range t.steps {
		steps = append(steps, *s)
	}
	return steps, slices.Clone(t.callers)
}
