package fault

import "fmt"

// A Demand is what it means if a rule did not act: what Report.Verify excuses.
type Demand uint8

// The demands.
const (
	// MayMiss excuses a rule that was reached, if its draws could decide against it and did,
	// and one that SetFaults has removed.
	MayMiss Demand = iota
	// NeedNotFire excuses everything: the rule need not even be reached.
	NeedNotFire
	// MustHit excuses nothing.
	MustHit
)

// demands are the words for demands.
var demands = map[Demand]string{
	MayMiss:     "may-miss",
	NeedNotFire: "need-not-fire",
	MustHit:     "must-hit",
}

// String returns "may-miss", "need-not-fire" or "must-hit".
func (d Demand) String() string {
	if word, ok := demands[d]; ok {
		return word
	}
	return fmt.Sprintf("Demand(%d)", uint8(d))
}

func (d Demand) validate() error {
	if _, ok := demands[d]; !ok {
		return fmt.Errorf("Demand is %d: want MayMiss, NeedNotFire or MustHit", uint8(d))
	}
	return nil
}
