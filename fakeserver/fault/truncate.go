package fault

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
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
func (f Truncate) describeHit(*verdict) string {
	return "cut to " + human.Count(int64(f.Size), "byte")
}

type truncater struct{ Truncate }

func (t truncater) decide(v *verdict, _ int64) (cut bool) {
	v.change(func(p []byte) []byte {
		if len(p) <= t.Size {
			return p
		}
		cut = true
		return p[:t.Size]
	})
	return cut
}
