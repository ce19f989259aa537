package subject

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// MostDials returns how many connections came at most in a stretch of d; if d is zero or less, that is 0. It goes by when
// the server took them: a process that has no time for a while takes those that wait at once, which a [Pulse] tells. Peers of datagrams
// count when their first datagram comes.
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
