package faultgen

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// datagrams has the faults for datagrams.
var datagrams = map[string]draw{
	"bandwidth":  bandwidth,
	"blackhole":  plain(fault.Blackhole{}),
	"burst-loss": burstLoss,
	"corrupt":    corrupt,
	"down":       down,
	"duplicate": func(t *rapid.T, _ Wire) fault.Fault {
		return fault.Duplicate{Rate: rate(t), Copies: between(t, 0, 3, "copies"), Gap: between(t, 0, 3, "gap")}
	},
	"enlarge": func(t *rapid.T, w Wire) fault.Fault {
		return fault.Enlarge{Size: 1 + between(t, 0, 2*w.Length, "size")}
	},
	"forge": func(t *rapid.T, w Wire) fault.Fault {
		return fault.Forge{At: w.patchAt(t), Bytes: patch(t), First: coin(t, 2, "first")}
	},
	"latency": latency,
	"loss":    loss,
	"overwrite": func(t *rapid.T, w Wire) fault.Fault {
		return fault.Overwrite{At: w.patchAt(t), Bytes: patch(t)}
	},
	"reorder": func(t *rapid.T, _ Wire) fault.Fault {
		return fault.Reorder{Rate: rate(t), Gap: between(t, 0, 3, "gap")}
	},
	"restart": func(t *rapid.T, w Wire) fault.Fault { return fault.Restart{For: w.delay(t)} },
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

// patchAt draws where bytes are written, behind those that are to be kept.
func (w Wire) patchAt(t *rapid.T) int64 {
	return int64(between(t, w.Keep, max(w.Keep, w.Length), "at"))
}

// patch draws what is written: bytes that nobody else sends.
func patch(t *rapid.T) []byte {
	return []byte(strings.Repeat("#", between(t, 1, 5, "bytes")))
}

func rate(t *rapid.T) float64 { return float64(between(t, 1, 10, "tenths")) / 10 }
