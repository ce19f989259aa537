package fault

import (
	"errors"
)

// BurstLoss loses datagrams in bursts, by the model of Gilbert and Elliott: a
// chain of two states, good and bad, that takes a step at each datagram. What
// traffic shapers call "loss gemodel p r 1-h 1-k" has the same four numbers. Each peer and
// direction has a chain of its own, which is in the good state before its first datagram: a
// client that opens a socket for each datagram never sees a burst.
type BurstLoss struct {
	P    float64 // from good to bad
	R    float64 // from bad to good
	Bad  float64 // the loss in the bad state, 1-h. If zero, 1.
	Good float64 // the loss in the good state, 1-k. If zero, none.
}

// Kind returns "burst-loss".
func (BurstLoss) Kind() string { return "burst-loss" }

// Validate refuses probabilities outside 0 to 1, a P of 0, which never loses
// anything, and an R of 0, which never stops.
func (f BurstLoss) Validate() error {
	err := errors.Join(checkRate("P", f.P), checkRate("R", f.R), checkRate("Bad", f.Bad), checkRate("Good", f.Good))
	if err == nil && (f.P == 0 || f.R == 0) {
		err = errors.New("P and R must be more than 0")
	}
	return err
}

func (BurstLoss) sealed()                            {}
func (BurstLoss) draws() bool                        { return true }
func (f BurstLoss) datagram(d draws) datagramDecider { return &burstLoser{BurstLoss: f, d: d} }
func (BurstLoss) describeHit(*verdict) string        { return "lost" }

// mayMiss reports whether the first datagram may pass.
func (f BurstLoss) mayMiss() bool {
	lostInBad, lostInGood := f.Bad == 0 || f.Bad == 1, f.Good == 1
	return !(lostInBad && (f.P == 1 || lostInGood))
}

type burstLoser struct {
	BurstLoss
	d    draws
	bad  bool
	seen int64 // how many datagrams the chain has taken a step for
}

func (l *burstLoser) decide(v *verdict, nth int64) bool {
	for ; l.seen < nth; l.seen++ { // also for those that other rules took away
		l.step(v.Number - nth + l.seen + 1)
	}
	rate := l.Good
	if l.bad {
		if rate = l.Bad; rate == 0 {
			rate = 1
		}
	}
	if !l.d.apart(forLoss).hit(v.Number, rate) {
		return false
	}
	v.lose()
	return true
}

func (l *burstLoser) step(number int64) {
	if l.bad {
		l.bad = !l.d.hit(number, l.R)
	} else {
		l.bad = l.d.hit(number, l.P)
	}
}
