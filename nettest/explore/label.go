package explore

import (
	"context"
	"runtime/pprof"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/subject"
)

// labeled runs f with a brand, and with labels by which a traceback tells the plan at work, and what to do: a panic in a
// goroutine that the client has started ends the program, and the search with it.
func labeled(ctx context.Context, p fault.Plan, f func(b subject.Brand) error) (err error) {
	labels := pprof.Labels("explore plan", textOfRules(p), "explore advice", "with Config.Isolate this is a find")
	pprof.Do(ctx, labels, func(ctx context.Context) { err = subject.Branded(ctx, f) })
	return err
}

// textOfRules returns a plan's rules in words.
func textOfRules(p fault.Plan) string {
	if len(p.Rules) == 0 {
		return "none"
	}
	var words []string
	for _, r := range p.Rules {
		words = append(words, r.String())
	}
	return strings.Join(words, "; ")
}
