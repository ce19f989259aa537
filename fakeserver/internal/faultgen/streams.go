package faultgen

import (
	"syscall"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// streams has the faults for streams.
var streams = map[string]draw{
	"bandwidth":    bandwidth,
	"blackhole":    plain(fault.Blackhole{}),
	"close":        plain(fault.Close{}),
	"corrupt":      corrupt,
	"down":         down,
	"exit":         plain(fault.Exit{}),
	"fail-accept":  failAccept,
	"half-close":   plain(fault.HalfClose{}),
	"hold":         func(_ *rapid.T, w Wire) fault.Fault { return fault.Hold{Gate: w.Gate} },
	"ignore-dials": func(t *rapid.T, w Wire) fault.Fault { return fault.IgnoreDials{For: w.delay(t)} },
	"latency":      latency,
	"overwrite": func(t *rapid.T, w Wire) fault.Fault {
		return fault.Overwrite{At: int64(between(t, 0, w.Length, "at")), Bytes: patch(t)}
	},
	"replace":    replace,
	"reset":      plain(fault.Reset{}),
	"restart":    restart,
	"slice":      slice,
	"slow-close": func(t *rapid.T, w Wire) fault.Fault { return fault.SlowClose{Delay: w.delay(t)} },
	"stall":      stall,
}

// plain draws a fault that has no fields.
func plain(f fault.Fault) draw { return func(*rapid.T, Wire) fault.Fault { return f } }

// bandwidth draws one at which all bytes take some ten units.
func bandwidth(t *rapid.T, w Wire) fault.Fault {
	return fault.Bandwidth{
		BytesPerSecond: 1 + int64(w.Length)*int64(time.Second)/int64(10*w.Unit),
		Burst:          rapid.SampledFrom([]int64{0, 5, 100}).Draw(t, "burst"),
	}
}

func corrupt(t *rapid.T, w Wire) fault.Fault {
	if coin(t, 2, "named bits") {
		return fault.Corrupt{Bits: rapid.SliceOfNDistinct(rapid.Int64Range(0, int64(8*w.Length)), 1, 6, rapid.ID).Draw(t, "bits")}
	}
	return fault.Corrupt{Rate: rapid.SampledFrom([]float64{.5, 1}).Draw(t, "rate")}
}

func failAccept(t *rapid.T, _ Wire) fault.Fault {
	errnos := []syscall.Errno{0, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}
	return fault.FailAccept{Errno: rapid.SampledFrom(errnos).Draw(t, "errno")}
}

func latency(t *rapid.T, w Wire) fault.Fault {
	f := fault.Latency{Delay: w.delay(t)}
	if coin(t, 2, "jitter") {
		f.Jitter = f.Delay / 2
	}
	if f.Jitter > 0 && w.Virtual {
		f.Distribution = rapid.SampledFrom([]fault.Distribution{"", fault.Uniform, fault.Normal, fault.Pareto, fault.LogNormal}).Draw(t, "distribution")
	}
	return f
}

func replace(t *rapid.T, w Wire) fault.Fault {
	old := w.Old
	if old == nil {
		old = text(1, 4)
	}
	return fault.Replace{Old: old.Draw(t, "old"), New: text(0, 5).Draw(t, "new")}
}

// slice draws pieces of one size, or of several.
func slice(t *rapid.T, w Wire) fault.Fault {
	smallest := 1 + w.Length/20 // so that there are not too many
	if w.Virtual {
		smallest = 1
	}
	size := between(t, smallest, max(smallest, w.Length), "size")
	f := fault.Slice{Size: int64(size), Variation: int64(between(t, 0, size-1, "variation"))}
	if coin(t, 2, "sizes") {
		f.Sizes = []int64{int64(between(t, 1, 9, "first"))}
	}
	if f.Sizes != nil && coin(t, 2, "sizes only") {
		f.Sizes = append(f.Sizes, f.Size)
		f.Size, f.Variation = 0, 0
	}
	if w.Virtual && coin(t, 2, "pauses") {
		f.Pause = w.delay(t)
	}
	return f
}

func stall(t *rapid.T, w Wire) fault.Fault {
	if w.Endless && coin(t, 3, "for ever") {
		return fault.Stall{}
	}
	return fault.Stall{For: w.delay(t)}
}

func down(t *rapid.T, w Wire) fault.Fault { return fault.Down{For: w.delay(t)} }

// restart draws one after which the server is back.
func restart(t *rapid.T, w Wire) fault.Fault {
	f := fault.Restart{How: rapid.SampledFrom([]transcript.Ending{0, transcript.ByFIN, transcript.ByRST}).Draw(t, "how")}
	if coin(t, 2, "down") {
		f.For = w.delay(t)
	}
	return f
}

func (w Wire) delay(t *rapid.T) time.Duration {
	return time.Duration(between(t, 1, 9, "delay")) * w.Unit
}

func between(t *rapid.T, low, high int, label string) int {
	return rapid.IntRange(low, high).Draw(t, label)
}

// coin draws true once in n times.
func coin(t *rapid.T, n int, label string) bool { return between(t, 1, n, label) == n }

// text returns texts of a's and b's, so that patterns match and overlap themselves.
func text(low, high int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ab")), low, high, -1)
}
