package fault

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// Truncate cuts datagrams that are longer than Size off there.
type Truncate struct {
	Size int // in bytes, 0 or more
}

// Kind returns "truncate".
func (Truncate) Kind() string { return "truncate" }

// Validate refuses a negative Size.
func (f Truncate) Validate() error {
	if f.Size < 0 {
		return fmt.Errorf("Size is %d, want 0 or more", f.Size)
	}
	return nil
}

func (Truncate) sealed()                          {}
func (f Truncate) datagram(draws) datagramDecider { return truncater{f} }
func (f Truncate) describeHit(decide.Verdict) string {
	return "cut to " + plural(int64(f.Size), "byte")
}

type truncater struct{ Truncate }

func (t truncater) decide(v *decide.Verdict, _ int64) bool {
	if len(v.Data) <= t.Size {
		return false
	}
	v.Data = v.Data[:t.Size:t.Size] // an append must not write over what was cut off: the record has it
	return true
}
