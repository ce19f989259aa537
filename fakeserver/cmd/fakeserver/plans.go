package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A planFile is where a server's plan comes from.
type planFile struct {
	name string
	seed uint64 // in place of the plan's; zero: the plan's
	text []byte // that was read last
	seen []byte // when the file was last looked at
}

// exists reports whether there is one.
func (f *planFile) exists() bool { return f.name != "" }

// read reads the plan.
func (f *planFile) read() (fault.Plan, error) {
	if !f.exists() {
		return fault.Plan{Seed: f.seed}, nil
	}
	text, err := os.ReadFile(f.name)
	if err != nil {
		return fault.Plan{}, err
	}
	f.text = text
	return f.parse(text)
}

func (f *planFile) parse(text []byte) (fault.Plan, error) {
	plan, err := fault.ParsePlan(text)
	if err != nil {
		return plan, fmt.Errorf("%s: %w", f.name, err)
	}
	if f.seed != 0 {
		plan.Seed = f.seed
	}
	return plan, nil
}

// apply lets the server have the plan that the file has now. It says what became of that.
func (f *planFile) apply(s served, say func(format string, args ...any)) {
	plan, err := f.read()
	if err == nil {
		if err = s.SetFaults(plan); err != nil {
			err = fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err != nil {
		say("%v: the plan stays what it was", err)
		return
	}
	say("%s: the plan has %d %s now", f.name, len(plan.Rules), plural(len(plan.Rules), "rule"))
}

func plural(n int, one string) string {
	if n == 1 {
		return one
	}
	return one + "s"
}

// watchPause is how often plans that are watched are looked at.
const watchPause = 200 * time.Millisecond

// changed reports whether the file has another text since it was last asked for or read, and that has settled: what an editor
// has written half is none.
func (f *planFile) changed() bool {
	text, err := os.ReadFile(f.name)
	if err != nil {
		return false // it is about to be replaced, or comes back
	}
	settled := bytes.Equal(text, f.seen)
	f.seen = text
	return settled && !bytes.Equal(text, f.text)
}

// replan takes plans again: when a SIGHUP comes, and when the files change that are watched. Where there are none, a SIGHUP
// is an end like others.
func (s *session) replan(hangups <-chan os.Signal) {
	tick := time.NewTicker(watchPause)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-hangups:
			if len(s.faults.values) == 0 {
				s.stop()
				return
			}
			s.reload((*planFile).exists)
		case <-tick.C:
			if s.watch {
				s.reload((*planFile).changed)
			}
		}
	}
}

// reload lets servers have the plans of files of which that is true.
func (s *session) reload(wanted func(*planFile) bool) {
	for _, srv := range s.servers {
		if srv.from.exists() && wanted(&srv.from) {
			srv.from.apply(srv, s.say)
		}
	}
}
