package fault

import (
	"math"
	"testing"
)

// burstModel is what theory says of the model of Gilbert and Elliott.
type burstModel struct{ p, r, bad, good float64 }

func (m burstModel) inBad() float64 { return m.p / (m.p + m.r) }
func (m burstModel) loss() float64  { return m.inBad()*m.bad + (1-m.inBad())*m.good }

// both returns how likely two datagrams in a row are lost.
func (m burstModel) both() float64 {
	fromBad := (1-m.r)*m.bad + m.r*m.good
	fromGood := m.p*m.bad + (1-m.p)*m.good
	return m.inBad()*m.bad*fromBad + (1-m.inBad())*m.good*fromGood
}

// spread is how much wider than independent draws a sum of n of the chain's is.
func (m burstModel) spread() float64 {
	lambda := math.Abs(1 - m.p - m.r)
	return math.Sqrt((1 + lambda) / (1 - lambda))
}

func TestBurstLossFollowsItsModel(t *testing.T) {
	const n = 100_000
	for _, m := range []burstModel{
		{.01, .25, 1, 0}, {.1, .5, 1, 0}, {.05, .1, 1, 0}, {.05, .2, .6, 0}, {.05, .2, .8, .02}, {.3, 1, 1, 0},
	} {
		f := BurstLoss{P: m.p, R: m.r, Bad: m.bad, Good: m.good}
		if f.Bad == 1 {
			f.Bad = 0 // which means 1
		}
		lost := acted(t, 11, n, FromClient(f))
		sigma := m.spread() * math.Sqrt(n*m.loss()*(1-m.loss()))
		wantMean(t, "datagrams lost", float64(count(lost)), n*m.loss(), sigma)
		pairs := 0
		for i, is := range lost[1:] {
			if is && lost[i] {
				pairs++
			}
		}
		wantMean(t, "pairs lost", float64(pairs), n*m.both(), 2*m.spread()*math.Sqrt(n*m.both()*(1-m.both())))
		if m.bad != 1 || m.good != 0 {
			continue // then a run is not a stay in the bad state
		}
		counts, total := runs(lost, 4)
		if m.r < 1 {
			wantShares(t, "lengths of bursts", counts, geometric(1-m.r, 4))
		}
		mean := float64(count(lost)) / float64(total)
		wantMean(t, "mean burst", mean, 1/m.r, math.Sqrt((1-m.r)/(m.r*m.r)/float64(total)))
	}
}

// The chain goes on through datagrams that are none of the rule's business: lost
// by another rule, spared by chance, or beyond the limit.
func TestBurstLossGoesOnWhileOthersAct(t *testing.T) {
	const n = 2000
	mine := FromClient(BurstLoss{P: .2, R: .3}).Named("mine")
	want := acted(t, 5, n, mine)
	p := compile(t, Datagrams, 5, FromClient(Loss{Every: 3}), mine).Peer(1, fromClient)
	for i := range n {
		hits := p.Next(nil, 0).Fired
		if by := i%3 == 2; by != (len(hits) > 0 && hits[0].Rule != "mine") {
			t.Fatalf("datagram %d: %v", i+1, hits)
		} else if !by && (len(hits) > 0) != want[i] {
			t.Fatalf("datagram %d is hit by %v, want burst loss: %v", i+1, hits, want[i])
		}
	}
}

func TestBurstLossBeginsWhereItsRuleBegins(t *testing.T) {
	if got := fates(compile(t, Datagrams, 1, FromClient(BurstLoss{P: 1, R: 1}).AfterDatagrams(3)), 1, 8); got != "11101010" {
		t.Errorf("fates = %s", got)
	}
}

func TestBurstLossRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, FromClient(BurstLoss{}), "P and R must be more than 0")
	wantInvalid(t, Datagrams, FromClient(BurstLoss{P: .1}), "P and R must be more than 0")
	wantInvalid(t, Datagrams, FromClient(BurstLoss{P: 1.1, R: .1}), "P is 1.1")
	wantInvalid(t, Datagrams, FromClient(BurstLoss{P: .1, R: -1}), "R is -1")
	wantInvalid(t, Datagrams, FromClient(BurstLoss{P: .1, R: 1, Bad: 2}), "Bad is 2")
	wantInvalid(t, Datagrams, FromClient(BurstLoss{P: .1, R: 1, Good: math.NaN()}), "Good is NaN")
	wantInvalid(t, Streams, FromClient(BurstLoss{P: .1, R: 1}), "burst-loss is not a fault of a stream")
}
