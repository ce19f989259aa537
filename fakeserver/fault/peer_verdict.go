package fault

import (
	"math"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A verdict is what rules make of a datagram, one after the other.
type verdict struct {
	decide.Verdict
	late []later // those that have made it late: each copy has a delay of its own

	flipped []int64 // the bits that the latest Corrupt has flipped, sorted
}

// itself returns the datagram, which is not lost.
func (v *verdict) itself() *decide.Copy {
	for i := range v.Copies {
		if v.Copies[i].Number == 1 {
			return &v.Copies[i]
		}
	}
	return &v.Copies[0]
}

// lose lets nothing be delivered.
func (v *verdict) lose() { v.Copies = v.Copies[:0] }

// added returns a copy of c that is not yet among the others.
func (v *verdict) added(c decide.Copy) decide.Copy {
	c.Number = len(v.Copies) + 1
	c.Delay = 0
	for _, l := range v.late {
		c.Delay = add(c.Delay, l.delayOf(v.Number, c.Number))
	}
	return c
}

// isFull reports whether there may be no more copies.
func (v *verdict) isFull() bool { return len(v.Copies) >= maxDeliveries }

// change lets f make other bytes of what is delivered. Copies that share theirs go on sharing.
func (v *verdict) change(f func(p []byte) []byte) {
	var before, after []byte
	for i := range v.Copies {
		c := &v.Copies[i]
		if i == 0 || !decide.Same(c.Data, before) {
			// An append must write neither over what was cut off, which the record has, nor into
			// another copy's append.
			before, after = c.Data, slices.Clip(f(c.Data))
		}
		c.Data = after
	}
}

// delay lets l make each copy later.
func (v *verdict) delay(l later) {
	v.late = append(v.late, l)
	for i := range v.Copies {
		c := &v.Copies[i]
		c.Delay = add(c.Delay, l.delayOf(v.Number, c.Number))
	}
}

// putBehind lets c come after so many more datagrams.
func putBehind(c *decide.Copy, gap int) {
	if c.Behind += int64(gap); c.Behind < 0 {
		c.Behind = math.MaxInt64 // no datagram has that number
	}
}

// add adds delays. What is more than a Duration holds is the longest there is, 292
// years.
func add(a, b time.Duration) time.Duration {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxInt64
}
