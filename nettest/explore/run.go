package explore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Search explores a client without a test: of streams or of datagrams, as m says. It saves nothing:
// Find.Save does; and it tries first what is in Config.Dir. Its error is about what can't be explored, such as a body
// that fails on a healthy wire; it wraps ErrConfig, or is ctx's.
func Search(ctx context.Context, cfg Config, m fault.Medium, body Body) (Report, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return Report{}, cfg.redactError(err)
	}
	r, err := searchFor(ctx, cfg, m, body)
	return r.redact(cfg), cfg.redactError(err)
}

// searchFor is Search, with a config that is complete.
func searchFor(ctx context.Context, cfg Config, m fault.Medium, body Body) (Report, error) {
	x, err := newExecutor(cfg, m, body)
	if err != nil {
		return Report{}, err
	}
	defer x.close()
	s := newSearch(cfg, m, x)
	defer s.progress.end()
	if err := s.all(ctx); err != nil {
		return Report{}, err
	}
	for s.finish(ctx) && !s.cfg.All && s.spent() == nil { // what had ended the search was nothing
		if err := over(s.run(ctx)); err != nil {
			return Report{}, err
		}
	}
	return Report{s.tally, s.finds, s.notes}, ctx.Err()
}

// finish looks closer at the finds of this search, and reports whether there were some, and none is left.
func (s *search) finish(ctx context.Context) (doubted bool) {
	before := len(s.finds)
	for _, f := range s.finds {
		if f.Kept == "" && !f.once && f.Rate.Runs == 0 {
			found := f.Plan
			s.shrink(ctx, f)
			s.confirm(ctx, f)
			if f.Rate.Broken == 0 && keyOf(found) != keyOf(f.Plan) { // it was shrunk by a chance
				f.Plan, f.Rate = found, Rate{}
				s.confirm(ctx, f)
			}
			s.explain(ctx, f)
		}
	}
	s.forgetUnconfirmed()
	return before > 0 && len(s.finds) == 0
}

func newSearch(cfg Config, m fault.Medium, x executor) *search {
	return &search{cfg: cfg, medium: m, executor: x, try: (&mover{executor: x}).try, progress: newProgress(cfg.name), tried: map[string]result{}, shapes: map[string]bool{}}
}

// all learns what a healthy wire has, and tries all plans. The finds are as they were found.
func (s *search) all(ctx context.Context) (err error) {
	if !s.cfg.IgnoreEnv {
		if s.shard, err = shardFromEnv(); err != nil {
			return err
		}
	}
	kept, err := s.cfg.kept()
	if err != nil {
		return err
	}
	if s.profile, err = s.executor.rehearse(ctx); err != nil {
		return err
	}
	silent := s.executor.measure(ctx)
	s.profile.measured(silent)
	s.abreast, s.budget = cmp.Or(s.cfg.Abreast, DefaultAbreast), cmp.Or(s.cfg.Budget, DefaultBudget)
	if s.profile.Memory {
		s.abreast, s.budget = 1, cmp.Or(s.cfg.Budget, DefaultMemoryBudget) // there, waiting costs nothing
	}
	s.end = s.within(s.budget)
	notes, err := s.begin(ctx, silent, kept)
	s.notes = slices.Concat(s.profile.Notes, notes, s.notes)
	if err == nil {
		err = s.run(ctx)
	}
	s.noteMoved()
	if err = over(err); err == nil && s.tally.Plans > 0 && s.tally.Fired == 0 {
		err = fmt.Errorf("%w: no fault of %d plans ever acted: nothing was tried", ErrConfig, s.tally.Plans)
	}
	return err
}

// complete fills in the defaults and what the environment says.
func (c Config) complete() (Config, error) {
	if err := c.validate(); err != nil {
		return c, err
	}
	c.Plans, c.Seed = cmp.Or(c.Plans, DefaultPlans), cmp.Or(c.Seed, 1)
	c.Within = cmp.Or(c.Within, c.Deadline)
	if c.IgnoreEnv {
		return c, nil
	}
	if text := os.Getenv("FAKEWIRE_PLANS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return c, fmt.Errorf("%w: FAKEWIRE_PLANS=%q, want a number of plans", ErrConfig, text)
		}
		c.Plans = n
	}
	if text := os.Getenv("FAKEWIRE_BUDGET"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return c, fmt.Errorf("%w: FAKEWIRE_BUDGET=%q, want a duration such as 5m", ErrConfig, text)
		}
		c.Budget = d
	}
	if text := os.Getenv("FAKEWIRE_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			return c, fmt.Errorf("%w: FAKEWIRE_SEED=%q is no 64-bit number", ErrConfig, text)
		}
		c.Seed = n
	}
	return c, nil
}

// kept returns the finds of earlier searches, and refuses a list of accepted ones that names others.
func (c Config) kept() ([]keptPlan, error) {
	if c.Dir == "" {
		return nil, nil
	}
	all, err := load(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	names := map[string]bool{}
	for _, k := range all {
		names[k.name] = true
	}
	for name, why := range c.Accepted {
		if !names[name] {
			return nil, fmt.Errorf("%w: Accepted has %q, and there is no %s.json in %s", ErrConfig, name, name, c.Dir)
		}
		if why == "" {
			return nil, fmt.Errorf("%w: Accepted has no reason for %q", ErrConfig, name)
		}
	}
	return all, nil
}
