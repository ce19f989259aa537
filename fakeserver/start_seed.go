package fakeserver

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// seedVariable is the environment variable that replaces any plan's seed.
const seedVariable = "FAKEWIRE_SEED"

// seed is where a server's random draws come from.
type seed struct {
	base      uint64 // what reruns the test
	effective uint64 // base, mixed with the test's name and the server's ordinal
	draws     bool   // whether it matters
}

// chooseSeed takes FAKEWIRE_SEED, else the plan's seed, else a random one. Each
// server of a test gets a seed of its own from it, so that one value reruns a
// test with several servers.
func chooseSeed(p fault.Plan, o origin) (seed, error) {
	s := seed{base: p.Seed, draws: p.Draws()}
	if text := os.Getenv(seedVariable); text != "" {
		n, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			return seed{}, fmt.Errorf("%w: %s=%q is no 64-bit number", ErrConfig, seedVariable, text)
		}
		s.base = n
	} else if s.base == 0 && s.draws {
		if s.base = o.base; s.base == 0 {
			s.base = rand.Uint64()
		}
	}
	s.effective = s.base
	if o.name != "" {
		s.effective = decide.Mix(s.base, o.name)
	}
	return s, nil
}

// rerun returns the command line that runs the test name again, and repeats its draws, if there were any.
func (s seed) rerun(name string) string {
	env := ""
	if s.draws {
		env = fmt.Sprintf("%s=%#x ", seedVariable, s.base)
	}
	if strings.Contains(name, " ") { // go test has no spaces in its names: a Ginkgo spec, for which not all have the command ginkgo
		return fmt.Sprintf("%sgo test -ginkgo.focus=%s", env, shellQuote(regexp.QuoteMeta(name)))
	}
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return fmt.Sprintf("%sgo test -run %s", env, shellQuote(strings.Join(parts, "/")))
}

// shellQuote quotes s for a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// origin says which server of which test it is. Its zero value is that of a server without
// a test.
type origin struct {
	name string // the test's name and the server's ordinal in it
	base uint64 // the test's random seed, for all its servers that have none
}

// test returns the test's name.
func (o origin) test() string {
	test, _, _ := strings.Cut(o.name, "\x00")
	return test
}

// tests counts the servers of each running test.
var tests struct {
	mu      sync.Mutex // guards running
	running map[string]*running
}

type running struct {
	base       uint64
	next, live int
}

// originOf names the next server of test name. Call leaveTest when it is gone.
func originOf(name string) origin {
	tests.mu.Lock()
	defer tests.mu.Unlock()
	r := tests.running[name]
	if r == nil {
		if tests.running == nil {
			tests.running = map[string]*running{}
		}
		r = &running{base: rand.Uint64()}
		tests.running[name] = r
	}
	r.next++
	r.live++
	return origin{name + "\x00" + strconv.Itoa(r.next), r.base}
}

// leaveTest forgets a server of test name. The count starts again once all have
// left, as for the next run of the same test.
func leaveTest(name string) {
	tests.mu.Lock()
	defer tests.mu.Unlock()
	if r := tests.running[name]; r != nil {
		if r.live--; r.live == 0 {
			delete(tests.running, name)
		}
	}
}
