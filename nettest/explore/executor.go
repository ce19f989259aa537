package explore

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// An executor runs trials, in this process or in another.
type executor interface {
	// rehearse is called once, and first.
	rehearse(ctx context.Context) (profile, error)
	// measure is called once, after it.
	measure(ctx context.Context) measurement
	// try may be called by several goroutines at once for trials that are not in memory.
	// With onSockets the trial is there, wherever the search is.
	try(ctx context.Context, p fault.Plan, onSockets bool) result
	close()
}

// A local runs trials in this process.
type local struct {
	runner *runner
	judge  judge
}

// trials counts those of all searches in this process: which ran alone.
var trials struct{ begun, atWork atomic.Int64 }

func newLocal(cfg Config, m fault.Medium, body Body) *local {
	return &local{runner: &runner{cfg: cfg, medium: m, body: body}}
}

func (l *local) rehearse(ctx context.Context) (profile, error) {
	h, err := l.runner.rehearse(ctx)
	l.judge = judge{cfg: l.runner.cfg, healthy: h.outcome, varying: h.profile.Varying, scrambled: h.scrambled}
	l.setBound(l.runner.bound)
	return h.profile, err
}

// setBound says how long a step may take from here on.
func (l *local) setBound(d time.Duration) { l.runner.bound, l.judge.bound = d, d }

func (l *local) measure(ctx context.Context) measurement {
	m, o := l.runner.measure(ctx)
	l.setBound(m.Bound)
	l.judge.deadline = m.Deadline
	if o.alone = true; o.harm() != "" {
		r := l.judge.resultOf(o)
		m.Harm = &r
	}
	return m
}

func (l *local) try(ctx context.Context, p fault.Plan, onSockets bool) result {
	mine, others := trials.begun.Add(1), trials.atWork.Add(1)-1
	run := l.runner.run
	if onSockets {
		run = l.runner.runOnSockets
	}
	o := run(ctx, p)
	trials.atWork.Add(-1)
	o.alone = others == 0 && trials.begun.Load() == mine
	return l.judge.resultOf(o)
}

func (l *local) close() { l.runner.restless() }

// newExecutor returns what runs the trials of a search.
func newExecutor(cfg Config, m fault.Medium, body Body) (executor, error) {
	if cfg.Isolate {
		return newIsolated(cfg)
	}
	return newLocal(cfg, m, body), nil
}
