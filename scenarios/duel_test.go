package scenarios_test

import (
	"context"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
)

// A duel is a promise with a subject that keeps it and one that breaks it. Either may
// be missing.
type duel struct {
	name     string
	promise  string
	evidence string // what the error of the one that breaks it must show

	keeps, breaks func(ctx context.Context) error // nil: missing
	kept, broken  error                           // what they gave
	done          chan struct{}                   // closed then
}

// duelOf makes a duel. A nil subject is missing.
func duelOf[S scenarios.Subject](p scenarios.Promise[S], keeps, breaks *S, evidence string) *duel {
	d := &duel{promise: p.Name, evidence: evidence}
	var name []string
	if keeps != nil {
		name = append(name, "a subject that keeps it passes")
		d.keeps = func(ctx context.Context) error { return scenarios.Run(ctx, p, always(*keeps)) }
	}
	if breaks != nil {
		name = append(name, "one that breaks it fails with "+evidence)
		d.breaks = func(ctx context.Context) error { return scenarios.Run(hasty(ctx), p, always(*breaks)) }
	}
	d.name = p.Name + ": " + strings.Join(name, ", and ")
	return d
}

// fight runs both subjects.
func (d *duel) fight(ctx context.Context) {
	defer close(d.done)
	var both sync.WaitGroup
	if d.keeps != nil {
		both.Go(func() { d.kept = d.keeps(ctx) })
	}
	if d.breaks != nil {
		both.Go(func() { d.broken = d.breaks(ctx) })
	}
	both.Wait()
}

// abreast is how many duels are fought at a time.
const abreast = 4

// duels makes a spec of each duel. Most of them do nothing but wait for deadlines,
// and so they are fought abreast: the first spec begins them all, and each waits for
// its own.
func duels(text string, all ...*duel) bool {
	return Describe(text, Ordered, ContinueOnFailure, func() {
		BeforeAll(func() {
			ctx, cancel := context.WithCancel(context.Background())
			var wg sync.WaitGroup
			DeferCleanup(func() {
				cancel()
				wg.Wait()
			})
			room := make(chan struct{}, abreast)
			for _, d := range all {
				d.done = make(chan struct{})
				wg.Go(func() {
					room <- struct{}{}
					defer func() { <-room }()
					d.fight(ctx)
				})
			}
		})
		for _, d := range all {
			It(d.name, bound, func(ctx SpecContext) { d.judge(ctx) })
		}
	})
}

// judge waits for the end of the duel.
func (d *duel) judge(ctx context.Context) {
	GinkgoHelper()
	select {
	case <-d.done:
	case <-ctx.Done():
		Fail("interrupted")
	}
	Expect(d.kept).To(Succeed())
	if d.breaks != nil {
		wantBroken(d.broken, d.promise, d.evidence)
	}
}
