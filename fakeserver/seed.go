package fakeserver

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
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
func chooseSeed(p fault.Plan, origin string) (seed, error) {
	s := seed{base: p.Seed, draws: p.Draws()}
	if text := os.Getenv(seedVariable); text != "" {
		n, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			return seed{}, fmt.Errorf("%w: %s=%q is no 64-bit number", ErrConfig, seedVariable, text)
		}
		s.base = n
	} else if s.base == 0 && s.draws {
		s.base = rand.Uint64()
	}
	s.effective = s.base
	if origin != "" {
		s.effective = fault.Mix(s.base, origin)
	}
	return s, nil
}

// rerun returns the command line that repeats the draws of the test name.
func (s seed) rerun(name string) string {
	env := fmt.Sprintf("%s=%#x", seedVariable, s.base)
	if strings.Contains(name, " ") { // go test has no spaces in its names: a Ginkgo spec
		return fmt.Sprintf("%s ginkgo --focus=%q", env, name)
	}
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + part + "$"
	}
	return fmt.Sprintf("%s go test -run '%s'", env, strings.Join(parts, "/"))
}

// ordinals counts the servers of each running test.
var ordinals struct {
	mu   sync.Mutex // guards byTest
	next map[string]int
	live map[string]int
}

// originOf names the next server of test name. Call leaveTest when it is gone.
func originOf(name string) string {
	ordinals.mu.Lock()
	defer ordinals.mu.Unlock()
	if ordinals.next == nil {
		ordinals.next, ordinals.live = map[string]int{}, map[string]int{}
	}
	ordinals.next[name]++
	ordinals.live[name]++
	return name + "\x00" + strconv.Itoa(ordinals.next[name])
}

// leaveTest forgets a server of test name. The count starts again once all have
// left, as for the next run of the same test.
func leaveTest(name string) {
	ordinals.mu.Lock()
	defer ordinals.mu.Unlock()
	if ordinals.live[name]--; ordinals.live[name] == 0 {
		delete(ordinals.live, name)
		delete(ordinals.next, name)
	}
}
