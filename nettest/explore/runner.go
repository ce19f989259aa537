package explore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/internal/process"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A Body is what a client does: see Wire.
type Body = func(ctx context.Context, w *Wire) error

// An Outcome is what came of a trial.
type Outcome struct {
	Plan       fault.Plan
	Steps      []Step
	Err        error // the body's; of several callers, joined
	Report     fault.Report
	Transcript transcript.Transcript
	Healthy    []Step // the steps on the healthy wire; nil for that itself

	refused  error         // the plan can't be carried out here
	end      ending        // how the trial ended
	stuck    []string      // what it hung in, by goroutine, or the panic
	left     []string      // what stayed of it
	said     string        // what was wrong with the bubble that it ran in
	dials    int           // on its Wire, which may be fewer than there were
	addr     bool          // it asked for the address
	took     time.Duration // of its own clock
	busy     time.Duration // for how long, on sockets, the machine had no time for this process
	memory   bool          // it was in memory
	locked   bool          // it stood still in memory, since a goroutine waits for a lock
	wrong    *subject.Misconduct
	lines    []arrival // a logger's, in the record
	reported bool      // a logger said that it has lost something
	use      use
	alone    bool // no other trial ran in the process meanwhile
}

// Recording returns what there is to be kept of the trial: its record, with the plan and what became of that. What is to be
// hidden of the record is hidden in its files.
func (o Outcome) Recording() transcript.Recording {
	rec := transcript.Recording{Transcript: o.Transcript}
	// Plans and reports of trials have JSON: servers took them.
	rec.Origin.Plan, _ = o.Plan.MarshalJSON()
	rec.Report, _ = o.Report.MarshalJSON()
	return rec
}

// A runner runs trials of one body on one medium.
type runner struct {
	cfg    Config
	medium fault.Medium
	body   Body
	suite  *testing.T // to run in memory; nil: on sockets
	bound  time.Duration
	limits limits
	rest   *process.Rest // for steps on sockets not to wait for longer than they have to; nil: they do
	looks  bool          // in memory, too, each trial looks for goroutines that are left
	untidy bool          // the body leaves something on a healthy wire: what it leaves elsewhere is not waited for
}

// How much longer than its bound a step may take, so that no find is a machine that was busy; and
// how long a trial in memory may take of real time.
const (
	slack     = 2 * time.Second
	realBound = 10 * time.Second
)

// standstillLook is how often one looks whether the clock of a trial in memory stands still. If that is only because the
// machine is busy, the trial is on sockets, and nothing is lost.
const standstillLook = 50 * time.Millisecond

// window is how much a connection in memory takes before its reader has read: little, so that a client
// that sends a few lines can be held up.
const window = 64 << 10

// run runs one trial. To look for goroutines that are left takes a look at all that the process has. A bubble tells for nothing whether
// there are any, and then the trial is run again, with a look at what they are, and whether they end by themselves.
func (r *runner) run(ctx context.Context, p fault.Plan) (o Outcome) {
	switch {
	case r.cfg.Network != nil:
		return r.runOn(ctx, r.cfg.Network, p, true, &vitals{})
	case r.suite == nil:
		return r.runOnSockets(ctx, p)
	}
	o = r.runInMemory(ctx, p)
	if o.end == returned && o.said != "" && len(o.left) == 0 && !r.looks {
		r.looks = true
		o = r.runInMemory(ctx, p)
	}
	return o
}

// frozenRuns is how often a trial on sockets is run if the machine stands still each time.
const frozenRuns = 3

// runOnSockets runs a trial on the kernel's network. Where the machine had no time for this process for a good part of a step's bound,
// as one that shares its processors, or is put to sleep, nothing can be said of the client, and the trial is run again.
func (r *runner) runOnSockets(ctx context.Context, p fault.Plan) (o Outcome) {
	for range frozenRuns {
		v := &vitals{}
		u := v.measure(ctx, r.limits, nil, func() { o = r.runOn(ctx, nil, p, true, v) })
		if o.use = u; o.busy < r.bound/4 || u.Spin.Took > 0 || ctx.Err() != nil {
			break
		}
	}
	return o
}

// runInMemory runs a trial in memory, and gives it up when it spins: the clock does not go on then.
func (r *runner) runInMemory(ctx context.Context, p fault.Plan) (o Outcome) {
	v := &vitals{}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	u := v.measure(ctx, r.limits, cancel, func() { o = r.runInBubble(inner, p, v) })
	if u.Spin.Took > 0 && o.end == interrupted && ctx.Err() == nil {
		t := v.trial.Load()
		o = Outcome{Plan: p, end: spun, Report: t.server.Report(), Transcript: r.recordOf(t.server)}
		t.sumUp(&o)
	}
	o.use = u
	return o
}

// runInBubble runs a trial in a bubble of its own.
func (r *runner) runInBubble(ctx context.Context, p fault.Plan, v *vitals) (o Outcome) {
	outcome := make(chan Outcome, 1)
	said, err := subject.InBubble(ctx, r.suite, realBound, standstillLook, func() {
		// A bubble can't wait for what is outside.
		outcome <- r.runOn(context.WithoutCancel(ctx), &nettest.Network{Window: window}, p, r.looks, v)
	})
	select {
	case o = <-outcome:
		o.said = said
	default:
		o = Outcome{Plan: p, end: interrupted, said: said, locked: errors.Is(err, subject.ErrStandstill)}
	}
	if err != nil && !errors.Is(err, subject.ErrStandstill) {
		o.Err = errors.Join(o.Err, err)
		o.end = interrupted
	}
	return o
}

// runOn runs a trial on the kernel's network, or on one in memory. If it does not look for goroutines, those that are left go on to wait for
// whatever they wait for, so that the bubble has them at its end.
func (r *runner) runOn(ctx context.Context, memory *nettest.Network, p fault.Plan, looks bool, v *vitals) (o Outcome) {
	o = Outcome{Plan: p, memory: memory != nil}
	srv, err := r.serve(memory, p)
	if err != nil {
		o.refused = err
		return o
	}
	if memory == nil {
		defer subject.StopCollection()() // which would close what the client has left open
		defer r.attend(&o.busy)()
	}
	t := newTrial(ctx, srv, memory, subject.Bound{Within: r.bound, Slack: slack}, r.cfg.callers())
	if memory == nil {
		t.rest = r.rest
	}
	v.trial.Store(t)
	storm := t.storms(t.ctx, v)
	ticking, stop := context.WithCancel(t.ctx)
	defer stop()
	if memory != nil && r.suite != nil {
		go v.tick(ticking)
	}
	err = labeled(t.ctx, p, func(b subject.Brand) error {
		v.brand.Store(&b)
		for caller := 1; caller <= r.cfg.callers(); caller++ {
			go t.run(caller, r.body)
		}
		o.end = t.watch(storm)
		switch o.end {
		case returned:
			r.settle(t.ctx, srv, p)
			if memory != nil {
				time.Sleep(time.Millisecond) // the server sees what the client did last
			}
			if t.dialing.isUnderWay() {
				looks = true // it would end with the server
			}
			if r.cfg.asks(Leaks) && !r.untidy {
				o.left = r.left(t.ctx, srv, memory, p, b, looks)
			}
		case hung:
			o.stuck = b.Goroutines()
		}
		return nil
	})
	o.took = time.Since(t.began)
	callers := t.sumUp(&o)
	if o.end != returned || looks {
		t.cancel()
		defer t.hangUp()
	}
	o.Err = errors.Join(err, srv.Stop())
	o.Report, o.Transcript = srv.Report(), r.recordOf(srv)
	for _, c := range callers {
		o.Err = errors.Join(o.Err, c.err)
		if c.wrong != nil {
			o.wrong = c.wrong
		}
	}
	return o
}

// attend finds out for how long the machine has no time for this process, until the function returned is called.
func (r *runner) attend(busy *time.Duration) func() {
	const beats = 64 // in a step that takes as long as it may
	period := max(r.bound/beats, time.Millisecond)
	began, pulse := time.Now(), subject.NewPulse(period)
	return func() {
		pulse.Stop()
		*busy = max(0, time.Since(began)-time.Duration(pulse.Count()+1)*period)
	}
}

// fired reports whether each rule of the plan acted.
func (o Outcome) fired() bool {
	for _, rule := range o.Report.Rules {
		if rule.State != fault.Fired {
			return false
		}
	}
	return o.refused == nil
}
