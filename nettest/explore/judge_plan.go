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

// cutsRequests reports whether a plan lets the handler see requests in pieces, or half of one as if it
// were all. What it makes of that is not the client's business.
func cutsRequests(p fault.Plan) bool {
	return slices.ContainsFunc(p.Rules, func(r fault.Rule) bool {
		switch r.Fault.(type) {
		case fault.Slice, fault.HalfClose:
			return r.Direction == transcript.FromClient
		}
		return false
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
