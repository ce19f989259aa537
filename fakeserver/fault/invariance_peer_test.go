package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A peer's datagrams fare the same, whether they come before those of others or among them: under each
// kind of fault, which must act sometimes.
func TestDecisionsOfEachFaultDoNotDependOnWhosePeersTurnItIs(t *testing.T) {
	for _, kind := range Generators.Kinds(Datagrams) {
		t.Run(kind, func(t *testing.T) {
			acted := false
			checkAtLeast(t, 50, func(t *rapid.T) {
				var rules []Rule
				for range between(t, 1, 3, "rules") {
					rules = append(rules, drawPeerRule(t, kind))
				}
				plan := Plan{Seed: rapid.Uint64().Draw(t, "seed"), Rules: rules}
				inTurn, among := newRush(t, plan), newRush(t, plan)
				for i := range inTurn.ways {
					for range 20 {
						inTurn.next(i)
					}
				}
				for range 20 {
					for _, i := range rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(t, "turns") {
						among.next(i)
					}
				}
				if got, want := among.String(), inTurn.String(); got != want {
					t.Fatalf("%#v\namong others:\n%s\nin turn:\n%s", plan, got, want)
				}
				acted = among.Report().acted() || acted
			})
			if !acted {
				t.Error("it never acted")
			}
		})
	}
}

func drawPeerRule(t *rapid.T, kind string) Rule {
	r := Rule{Fault: drawFault(t, Datagrams, 8, kind), Direction: rapid.SampledFrom([]transcript.Direction{fromClient, toClient}).Draw(t, "direction")}
	r = r.AfterDatagrams(int64(between(t, 0, 5, "after"))).ForDatagrams(int64(between(t, 0, 9, "window"))).Times(between(t, 0, 4, "times"))
	if _, once := r.Fault.(pointFault); once {
		r.Until, r.Limit = Window{}, 0
	}
	if coin(t, 4, "by chance") {
		r = r.WithProbability(.5)
	}
	if coin(t, 2, "by content") {
		r = drawContent(t, Datagrams, r)
		r.After.MatchIn = transcript.Neither // else it hangs on which direction's turn it is
	}
	return r
}

// acted reports whether a rule did something.
func (r Report) acted() bool {
	return slices.ContainsFunc(r.Rules, func(o Outcome) bool { return o.State == Fired })
}

// A rush is datagrams of three peers, both ways, and what became of them.
type rush struct {
	compiled
	ways [6]decide.Peer
	said [6]strings.Builder
}

func newRush(t *rapid.T, p Plan) *rush {
	r := &rush{compiled: compilePlan(t, Datagrams, p)}
	for i := range r.ways {
		r.ways[i] = r.Peer(1+i/2, []transcript.Direction{fromClient, toClient}[i%2])
	}
	return r
}

func (r *rush) next(way int) {
	v := r.ways[way].Next([]byte("datagram"), 0)
	fmt.Fprintf(&r.said[way], "%d: %+v, %d buckets", v.Number, v.Copies, len(v.Buckets))
	for _, hit := range v.Fired {
		r.ways[way].Done(hit)
		hit.Account = nil
		fmt.Fprintf(&r.said[way], ", %+v", hit)
	}
	r.said[way].WriteByte('\n')
}

func (r *rush) String() string {
	var b strings.Builder
	for i := range r.said {
		fmt.Fprintf(&b, "peer %d\n%s", i, &r.said[i])
	}
	return b.String() + r.Report().String() + fmt.Sprintf("%+v", r.Report())
}
