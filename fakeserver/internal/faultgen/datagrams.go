package faultgen

import (
	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// datagrams has the faults for datagrams.
var datagrams = map[string]draw{
	"bandwidth":  bandwidth,
	"blackhole":  plain(fault.Blackhole{}),
	"burst-loss": burstLoss,
	"corrupt":    corrupt,
	"duplicate": func(t *rapid.T, _ Wire) fault.Fault {
		return fault.Duplicate{Rate: rate(t), Copies: between(t, 0, 3, "copies")}
	},
	"latency": latency,
	"loss":    loss,
	"reorder": func(t *rapid.T, _ Wire) fault.Fault {
		return fault.Reorder{Rate: rate(t), Gap: between(t, 0, 3, "gap")}
	},
	"truncate": func(t *rapid.T, w Wire) fault.Fault {
		return fault.Truncate{Size: between(t, w.Keep, max(w.Keep, w.Length), "size")}
	},
}

func burstLoss(t *rapid.T, _ Wire) fault.Fault {
	f := fault.BurstLoss{P: rate(t), R: .5}
	if coin(t, 2, "by state") {
		f.Bad, f.Good = .7, .1
	}
	return f
}

func loss(t *rapid.T, _ Wire) fault.Fault {
	switch n := int64(between(t, 1, 5, "number")); between(t, 1, 3, "which") {
	case 1:
		return fault.Loss{Nth: n}
	case 2:
		return fault.Loss{Every: n}
	}
	return fault.Loss{Rate: rate(t)}
}

func rate(t *rapid.T) float64 { return float64(between(t, 1, 10, "tenths")) / 10 }
