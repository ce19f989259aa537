package explore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/internal/process"
)

// A rehearsal is what a body does on a healthy wire.
type rehearsal struct {
	outcome   Outcome
	profile   profile
	scrambled bool // what the client sends differs from run to run
}

// How long a step may take while the client's own deadline is not known, on sockets and in memory.
const (
	unknownBound       = time.Second
	unknownMemoryBound = time.Minute
)

// healthyRuns is how often the body has to do the same before it is explored.
const healthyRuns = 3

// rehearse runs the body on a healthy wire, in memory if it can be, and measures its deadline.
func (r *runner) rehearse(ctx context.Context) (h rehearsal, err error) {
	r.limits = newLimits()
	if err := r.chooseMedium(ctx, &h); err != nil {
		return h, err
	}
	processor := time.Duration(0)
	for i := range healthyRuns {
		o, err := r.runHealthy(ctx)
		if i > 0 && r.rest != nil && (err != nil || h.differs(o)) {
			r.restless()
			o, err = r.runHealthy(ctx)
		}
		processor = max(processor, o.use.Processor)
		if err != nil {
			return h, unhealthy(o, err)
		}
		if i == 0 {
			r.hasten()
			h.outcome = o
			h.profile.Streams = streamsOf(o.Transcript)
			if r.cfg.failedFile() != "" {
				h.profile.Record = fileOf(o.Transcript)
			}
			continue
		}
		h.compare(o)
	}
	if len(h.outcome.left) > 0 {
		h.note("on a healthy wire the body leaves %s: nothing is said of what it leaves elsewhere", h.outcome.left[0])
		r.untidy = true
	}
	h.profile.Memory = r.suite != nil || r.cfg.Network != nil
	h.profile.Bound, h.profile.Deadline = r.bound, r.bound
	r.limits = r.limits.learn(processor)
	return h, nil
}

// runHealthy runs the body on a healthy wire. The error is what was wrong there.
func (r *runner) runHealthy(ctx context.Context) (Outcome, error) {
	o := r.run(ctx, fault.Plan{})
	err := healthy(o)
	if err == nil && r.cfg.logger {
		err = r.arrived(o)
	}
	return o, err
}

// hasten lets steps on sockets begin as soon as the process is at rest. With a server of the caller's own, other processes may have a part in
// what becomes of a step.
func (r *runner) hasten() {
	if r.suite != nil || r.cfg.Network != nil || r.cfg.Listen != nil {
		return
	}
	r.rest, _ = process.NewRest() // nil where it can't be told
}

// restless lets each step wait for as long as it may: the body does not do the same if it does not.
func (r *runner) restless() {
	if r.rest != nil {
		r.rest.Close()
	}
	r.rest = nil
}

// unhealthy returns the error for a body with which something is wrong without a fault.
func unhealthy(o Outcome, err error) error {
	err = fmt.Errorf("%w: on a healthy wire %w", ErrConfig, err)
	return &redactedError{err, o.Transcript.Redact(err.Error()) + "\n" + o.Transcript.String()}
}

// arrived says which lines of a logger did not arrive.
func (r *runner) arrived(o Outcome) error {
	j := judge{cfg: r.cfg}
	o.lines = j.arrivals(o.Transcript)
	for _, b := range slices.Concat(j.torn(o), j.lost(o)) {
		return errors.New(b.Text)
	}
	return nil
}

func (h *rehearsal) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(h.profile.Notes, text) {
		h.profile.Notes = append(h.profile.Notes, text)
	}
}

// chooseMedium lets trials run in memory if the body works there. What does not may work on sockets; but one that dials
// without a pause does so there, too, and whether it gets to as many dials depends on how busy the machine is.
func (r *runner) chooseMedium(ctx context.Context, h *rehearsal) error {
	r.bound = r.cfg.Within
	if r.cfg.Network != nil {
		r.bound = cmp.Or(r.bound, unknownMemoryBound)
		return nil
	}
	if r.cfg.Suite != nil && !r.cfg.OnSockets {
		r.suite = r.cfg.Suite
		if r.cfg.Within == 0 {
			r.bound = unknownMemoryBound
		}
		o := r.run(ctx, fault.Plan{})
		if o.end == stormed {
			return unhealthy(o, healthy(o))
		}
		if healthy(o) == nil && !o.addr && o.dials > 0 {
			return nil
		}
		r.suite = nil
		h.note("the search is on sockets: %s", whyNot(o))
	}
	if r.cfg.Within == 0 {
		r.bound = unknownBound
	}
	return nil
}

// whyNot says why a body does not run in memory.
func whyNot(o Outcome) string {
	switch {
	case o.addr:
		return "the body asks for Addr, and in memory it has to dial by DialContext"
	case o.dials == 0:
		return "the body does not dial by DialContext"
	case o.said != "":
		return "in memory, " + o.said
	}
	return o.Transcript.Redact("in memory " + healthy(o).Error())
}

// healthy says what is wrong with what came of a healthy wire; nil if nothing is.
func healthy(o Outcome) error {
	for _, s := range o.Steps {
		if s.Err != nil {
			return fmt.Errorf("%v failed: %w", s, s.Err)
		}
	}
	switch {
	case o.refused != nil:
		return o.refused
	case o.end == hung:
		return fmt.Errorf("%v does not return", o.at())
	case o.end == misbehaved && o.wrong != nil:
		return fmt.Errorf("at %v: %w", o.at(), o.wrong)
	case o.end == spun:
		return fmt.Errorf("%s spins", o.use.Spin.In)
	case o.end == stormed:
		return fmt.Errorf("it dials more than %d times", maxDials)
	case o.Err != nil:
		return fmt.Errorf("the body failed: %w", o.Err)
	case o.end != returned:
		return errors.New("the body did not come to its end")
	case len(o.Steps) == 0:
		return errors.New("the body has no steps: it calls Do for each")
	}
	return nil
}

// differs reports whether another healthy run differs from the first.
func (h *rehearsal) differs(o Outcome) bool {
	if !slices.EqualFunc(h.outcome.Steps, o.Steps, func(s, other Step) bool { return s.is(other) && s.Answer == other.Answer }) {
		return true
	}
	for range (transcript.Comparison{}).Differences(h.outcome.Transcript, o.Transcript) {
		return true
	}
	return false
}

// compare holds another healthy run against the first.
func (h *rehearsal) compare(o Outcome) {
	for _, s := range h.outcome.Steps {
		i := slices.IndexFunc(o.Steps, s.is)
		switch {
		case i < 0:
			h.note("%v is not there in each run on a healthy wire", s)
		case o.Steps[i].Answer != s.Answer:
			h.note("the answer of %v differs from run to run: it is not asked whether it is wrong", s)
			h.profile.Varying = append(h.profile.Varying, s.Name)
		}
	}
	for n := 1; n <= o.Transcript.Conns(); n++ {
		if !bytes.Equal(o.Transcript.Conn(n).FromClient(), h.outcome.Transcript.Conn(n).FromClient()) {
			h.scrambled = true
		}
	}
	before := slices.Clone(h.profile.Streams)
	h.profile.agree(streamsOf(o.Transcript))
	h.profile.agreeOn(transcript.Comparison{}.Differences(h.outcome.Transcript, o.Transcript))
	for i, s := range h.profile.Streams {
		if s.Steady < before[i].Steady {
			h.note("what goes %v on connection %d differs in length from run to run, from %d on: there, places go by the handler's Writes",
				s.Direction, s.Conn, s.Steady)
		}
	}
}

// A measurement is what a wire that says nothing shows of a client. It is plain data.
type measurement struct {
	Deadline time.Duration // how long the client waits, rounded down
	Bound    time.Duration // of a step
	Note     string
	Harm     *result // what it shows that can't be tried again in the same process
}

// silence is the plan of a wire that says nothing; of a logger's, which takes nothing either.
func silence(cfg Config, m fault.Medium) fault.Plan {
	p := only(fault.ToClient(fault.Stall{}))
	switch {
	case m == fault.Datagrams:
		p = only(fault.ToClient(fault.Blackhole{}))
	case cfg.logger:
		p.Rules = append(p.Rules, fault.FromClient(fault.Stall{}))
	}
	return p
}

// measure finds out how long the client waits for a server that says nothing.
func (r *runner) measure(ctx context.Context) (m measurement, o Outcome) {
	m = measurement{Deadline: r.bound, Bound: r.bound}
	if r.cfg.Deadline > 0 {
		m.Deadline = min(r.cfg.Deadline, r.bound)
		return m, o
	}
	o = r.run(ctx, silence(r.cfg, r.medium))
	switch {
	case o.end == returned:
		waited := min(longest(o), r.bound)
		m.Deadline = roundDown(waited)
		if r.cfg.Within == 0 && !endedByBound(o, r.bound) {
			m.Bound = waited
		}
	case r.cfg.Within == 0:
		m.Note = fmt.Sprintf("on a wire that says nothing the client is not back after %v: that is taken as the bound of a step, unless Config.Within says otherwise", r.bound)
	}
	return m, o
}

// longest returns how long the longest step that failed took, or else all of the body.
func longest(o Outcome) (d time.Duration) {
	for _, s := range o.Steps {
		if s.Err != nil {
			d = max(d, s.Took)
		}
	}
	if d == 0 {
		d = o.took
	}
	return max(d, time.Millisecond)
}

// endedByBound reports whether what ended a step was the bound that it had been given.
func endedByBound(o Outcome, bound time.Duration) bool {
	return slices.ContainsFunc(o.Steps, func(s Step) bool { return s.Took >= bound })
}
