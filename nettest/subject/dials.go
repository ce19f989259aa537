package subject

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// MostDials returns how many connections came at most in a stretch of d. They were dialed before they
// came, so that a busy machine may count fewer in a stretch, and never dials that there were not. Peers of datagrams
// count when their first datagram comes. If d is zero or less, it returns 0.
func MostDials(t transcript.Transcript, d time.Duration) (most int) {
	var came []time.Duration
	for e := range t.Kind(transcript.Accept).All() {
		came = append(came, e.At)
		for len(came) > 0 && e.At-came[0] >= d {
			came = came[1:]
		}
		most = max(most, len(came))
	}
	return most
}
