package explore

import (
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// changesBytes reports whether a plan lets other bytes arrive than were sent.
func changesBytes(p fault.Plan) bool {
	return slices.ContainsFunc(p.Rules, func(r fault.Rule) bool {
		switch r.Fault.(type) {
		case fault.Corrupt, fault.Overwrite, fault.Replace, fault.Forge, fault.Enlarge:
			return true
		}
		return false
	})
}

// cutsRequests reports whether a plan lets the handler see requests in pieces, or a part of one as if it
// were all. What it makes of that is not the client's business.
func cutsRequests(p fault.Plan) bool {
	return slices.ContainsFunc(p.Rules, func(r fault.Rule) bool {
		switch r.Fault.(type) {
		case fault.Slice, fault.HalfClose, fault.Truncate:
			return r.Direction == transcript.FromClient
		}
		return false
	})
}

// ignoresDials reports whether a plan leaves dials without an answer. Such a dial ends by itself, after minutes, and may be waited for by
// a client that has given up on its call, but not on the connection, as that of net/http: what is left then is not asked.
func ignoresDials(p fault.Plan) bool {
	return slices.ContainsFunc(p.Rules, func(r fault.Rule) bool {
		_, ignores := r.Fault.(fault.IgnoreDials)
		return ignores
	})
}

// isHarmless reports whether a plan only cuts and delays: the delays of the search are short enough.
func isHarmless(p fault.Plan) bool {
	return len(p.Rules) > 0 && !slices.ContainsFunc(p.Rules, func(r fault.Rule) bool {
		switch f := r.Fault.(type) {
		case fault.Slice:
			return f.Pause > 0
		case fault.Latency:
			return f.Delay > briefDelay
		}
		return true
	})
}

// briefDelay is a delay that no client's deadline is near.
const briefDelay = 10 * time.Millisecond

// cameTooLate reports whether the server threw something away that a client had sent: it had ended the connection by then, and where
// that came later than on a healthy wire, the client could not know.
func (o Outcome) cameTooLate() bool { return o.Transcript.Kind(transcript.Discarded).Len() > 0 }
