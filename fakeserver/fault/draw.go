package fault

import (
	"math/bits"
	"math/rand/v2"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// draws are the random numbers of one rule on one direction of one connection.
// Each depends on the seed, the rule's key, the connection, the direction and
// the unit it is for, and on nothing drawn before: so bytes may come in any
// pieces, and other rules may come and go.
//
// Only raw outputs of PCG are used, whose algorithm math/rand/v2 fixes; turning
// them into numbers is done here, so that a seed means the same in ten years.
type draws struct{ stream uint64 }

func newDraws(seed uint64, key string, conn int, d transcript.Direction) draws {
	h := decide.Scramble(seed)
	for i := range len(key) {
		h = decide.Scramble(h ^ uint64(key[i]))
	}
	return draws{decide.Scramble(decide.Scramble(h^uint64(conn)) ^ uint64(d)<<32)}
}

// at returns the 64 random bits of a unit.
func (d draws) at(unit int64) uint64 {
	var p rand.PCG
	p.Seed(d.stream, decide.Scramble(uint64(unit)))
	return p.Uint64()
}

// purpose is what a second draw for the same unit is for.
type purpose uint64

const (
	forChance   purpose = iota + 1 // Rule.Probability, of a datagram
	forPosition                    // which bit
	forLoss                        // besides the state that loses

	forCopy  purpose = 1 << 40 // and above: each copy of a datagram but the first
	forRound purpose = 1 << 32 // and above: each time that a rule begins anew
)

// apart returns draws for the same units that are independent of d's, and of those
// for other purposes.
func (d draws) apart(p purpose) draws { return draws{decide.Scramble(d.stream ^ uint64(p))} }

// ofCopy returns draws for the nth copy of datagrams. Those of the first are d's.
func (d draws) ofCopy(n int) draws {
	if n <= 1 {
		return d
	}
	return d.apart(forCopy + purpose(n))
}

// inRound returns draws for the nth time that a rule begins, which those of the first don't
// depend on.
func (d draws) inRound(n int) draws {
	if n <= 1 {
		return d
	}
	return d.apart(forRound + purpose(n))
}

// uniform draws a number from 0 to below 1.
func (d draws) uniform(unit int64) float64 { return float64(d.at(unit)>>11) / (1 << 53) }

// hit draws with probability rate. It always hits at 1 and never at 0.
func (d draws) hit(unit int64, rate float64) bool {
	return rate > 0 && d.uniform(unit) < rate
}

// below draws one of the n numbers from 0.
func (d draws) below(unit int64, n uint64) uint64 {
	hi, _ := bits.Mul64(d.at(unit), n)
	return hi
}
