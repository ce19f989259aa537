package fault

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// Enlarge pads datagrams that are shorter than Size with zeros at their end, up to that. What is
// as long or longer is left alone, and the rule has not acted on it. An Overwrite after it in
// the plan puts other bytes there.
type Enlarge struct {
	Size int // in bytes, 1 to 65507
}

// maxDatagram is what a datagram holds over IPv4.
const maxDatagram = 65507

// Kind returns "enlarge".
func (Enlarge) Kind() string { return "enlarge" }

// Validate refuses a Size that is less than 1, or more than a datagram holds over IPv4.
func (f Enlarge) Validate() error {
	if f.Size < 1 || f.Size > maxDatagram {
		return fmt.Errorf("Size is %d, want 1 to %d", f.Size, maxDatagram)
	}
	return nil
}

func (Enlarge) sealed()                          {}
func (f Enlarge) datagram(draws) datagramDecider { return enlarger{f} }
func (f Enlarge) describeHit(*verdict) string {
	return "padded to " + human.Count(int64(f.Size), "byte")
}

type enlarger struct{ Enlarge }

func (e enlarger) decide(v *verdict, _ int64) (padded bool) {
	v.change(func(p []byte) []byte {
		if len(p) >= e.Size {
			return p
		}
		padded = true
		return append(make([]byte, 0, e.Size), p...)[:e.Size]
	})
	return padded
}
