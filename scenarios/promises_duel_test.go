package scenarios_test

import (
	"cmp"
	"context"
	"os"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
)

// With socketsVariable set, duels are fought on sockets, too, where most do nothing but
// wait for deadlines. CI sets it.
const socketsVariable = "FAKEWIRE_SOCKETS"

// run puts a promise to the test in memory, and instead on sockets if they are wanted.
func run[S scenarios.Subject](ctx context.Context, p scenarios.Promise[S], subject func() S) error {
	if os.Getenv(socketsVariable) != "" {
		return scenarios.Run(ctx, p, subject)
	}
	return scenarios.RunInMemory(ctx, suite, p, subject)
}

// A duel is a promise with a subject that keeps it and one that breaks it. Either may
// be missing.
type duel struct {
	name     string
	promise  string
	evidence string // what the error of the one that breaks it must show

	memory, sockets bout
	inMemory        string        // the evidence there, if it has other words
	notInMemory     bool          // what breaks the promise does not happen there
	done            chan struct{} // closed when both have been fought on sockets

	last bout // in memory, of clients that use the last of two servers
}

// saysInMemory gives a duel's evidence in memory.
func (d *duel) saysInMemory(evidence string) *duel {
	d.inMemory = evidence
	return d
}

// onSocketsOnly is for what only a kernel's buffers can break.
func (d *duel) onSocketsOnly() *duel {
	d.notInMemory = true
	return d
}

// A bout is a duel's two halves on one kind of network. A missing half is nil.
type bout struct {
	keeps, breaks func(ctx context.Context) error
}

// duelOf makes a duel. A nil subject is missing.
func duelOf[S scenarios.Subject](p scenarios.Promise[S], keeps, breaks *S, evidence string) *duel {
	d := &duel{promise: p.Name, evidence: evidence}
	var name []string
	if keeps != nil {
		name = append(name, "a subject that keeps it passes")
		d.sockets.keeps = func(ctx context.Context) error { return scenarios.Run(ctx, p, always(*keeps)) }
		d.memory.keeps = func(ctx context.Context) error { return scenarios.RunInMemory(ctx, suite, p, always(*keeps)) }
		d.last.keeps = withLast(p, keeps)
	}
	if breaks != nil {
		name = append(name, "one that breaks it fails with "+evidence)
		d.sockets.breaks = func(ctx context.Context) error { return scenarios.Run(hasty(ctx), p, always(*breaks)) }
		d.memory.breaks = func(ctx context.Context) error {
			return scenarios.RunInMemory(hasty(ctx), suite, p, always(*breaks))
		}
		d.last.breaks = withLast(p, breaks)
	}
	allDuels = append(allDuels, d)
	d.name = p.Name + ": " + strings.Join(name, ", and ")
	tried(p.Name, keeps != nil, breaks != nil)
	return d
}

// halves say of a promise whether there is a subject that keeps it, and one that breaks it.
type halves struct{ keeps, breaks bool }

// allTried has the halves of each promise, by its name.
var allTried = map[string]halves{}

// tried notes that a promise has specs of one half, or of both.
func tried(promise string, keeps, breaks bool) bool {
	h := allTried[promise]
	allTried[promise] = halves{h.keeps || keeps, h.breaks || breaks}
	return true
}

var _ = It("has of each promise a subject that keeps it and one that breaks it", func() {
	for _, name := range slices.Concat(namesOf[scenarios.TCPClient](), namesOf[scenarios.UDPClient](), namesOf[scenarios.NetworkLogger]()) {
		Expect(allTried[name]).To(Equal(halves{true, true}), name)
	}
})

func namesOf[S scenarios.Subject]() (names []string) {
	for _, p := range scenarios.Promises[S]() {
		names = append(names, p.Name)
	}
	return names
}

// fight runs both subjects of a bout, the one after the other or at the same time.
func (b bout) fight(ctx context.Context, abreast bool) (kept, broken error) {
	var both sync.WaitGroup
	if b.keeps != nil {
		both.Go(func() { kept = b.keeps(ctx) })
	}
	if !abreast {
		both.Wait()
	}
	if b.breaks != nil {
		both.Go(func() { broken = b.breaks(ctx) })
	}
	both.Wait()
	return kept, broken
}

// judge judges a bout.
func (d *duel) judge(kept, broken error, evidence string) {
	GinkgoHelper()
	Expect(kept).To(Succeed())
	if d.memory.breaks != nil {
		wantBroken(broken, d.promise, evidence)
	}
}

// judgeInMemory fights a duel in memory, and judges it.
func (d *duel) judgeInMemory(ctx context.Context) {
	GinkgoHelper()
	kept, broken := d.memory.fight(ctx, false)
	if d.notInMemory {
		Expect([]error{kept, broken}).To(HaveEach(Succeed()))
		return
	}
	d.judge(kept, broken, cmp.Or(d.inMemory, d.evidence))
}

// duels makes specs of each duel: in memory, and on sockets if they are wanted. There,
// limit at a time are fought abreast, because they do nothing but wait for deadlines: the
// first spec begins them all, and each waits for its own.
func duels(text string, limit int, all ...*duel) bool {
	Describe(text+" in memory", func() {
		for _, d := range all {
			It(d.name, bound, func(ctx SpecContext) { d.judgeInMemory(ctx) })
		}
	})
	if os.Getenv(socketsVariable) == "" {
		return true
	}
	return Describe(text+" on sockets", Ordered, ContinueOnFailure, func() {
		kept, broken := make([]error, len(all)), make([]error, len(all))
		BeforeAll(func() {
			ctx, cancel := context.WithCancel(context.Background())
			var wg sync.WaitGroup
			DeferCleanup(func() {
				cancel()
				wg.Wait()
			})
			turns := make(chan int, len(all))
			for i, d := range all {
				d.done = make(chan struct{})
				turns <- i
			}
			close(turns)
			for range limit {
				wg.Go(func() {
					for i := range turns {
						kept[i], broken[i] = all[i].sockets.fight(ctx, limit > 1)
						close(all[i].done)
					}
				})
			}
		})
		for i, d := range all {
			It(d.name, bound, func(ctx SpecContext) {
				select {
				case <-d.done:
				case <-ctx.Done():
					Fail("interrupted")
				}
				d.judge(kept[i], broken[i], d.evidence)
			})
		}
	})
}
