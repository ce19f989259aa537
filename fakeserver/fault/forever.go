package fault

import (
	"math"
	"time"
)

// Forever is a duration that does not end. In JSON it is "forever".
const Forever time.Duration = math.MaxInt64

// forever is Forever's word in JSON.
const forever = "forever"

// lasting says how long d is.
func lasting(d time.Duration) string {
	if d == Forever {
		return "for good"
	}
	return "for " + d.String()
}
