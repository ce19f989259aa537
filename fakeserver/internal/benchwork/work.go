package benchwork

import "time"

// A Clock runs while a body does what counts. *testing.B is one.
type Clock interface {
	StartTimer()
	StopTimer()
}

// A Body does a work n times. The clock is stopped when it is called and when it
// returns. Done is how many times count: of n datagrams, those that were received.
type Body func(clock Clock, n int) (done int, err error)

// A Work is one line of PERFORMANCE.md.
type Work struct {
	Name  string // as in BenchmarkName
	What  string // in words
	Slice int    // how many times a short slice does it: 10 to 50 ms
	Bytes int64  // that one time moves; 0: not a matter of bytes
	Fresh bool   // each slice has a process of its own
	Raw   Body   // by package net
	Kit   Body   // by fakeserver, recording all
	Goal  Goal
}

// A Goal bounds the ratio of fakeserver to package net.
type Goal struct {
	Speed bool    // of speeds, at least Bound; else of times, at most Bound
	Bound float64 // 0: none
}

// Ratio returns fakeserver's figure over package net's, from how long each took
// for one time.
func (g Goal) Ratio(raw, kit time.Duration) float64 {
	if g.Speed {
		raw, kit = kit, raw
	}
	return float64(kit) / float64(raw)
}

// Met reports whether the interval from low to high reaches the goal.
func (g Goal) Met(low, high float64) bool {
	if g.Speed {
		return high >= g.Bound
	}
	return low <= g.Bound
}

// All returns every work, in the order of PERFORMANCE.md.
func All() []Work {
	return []Work{Sink, SinkFresh, Echo1, Echo64, LifeCycle, Proxy, ProxyFresh, ProxyOff, ProxyEcho, UDP64, UDP1200, UDP64Burst, UDP1200Burst, LatencyToClient, LatencyFromClient, Match, MatchText}
}

// patience bounds every client: a body that waits longer fails.
const patience = 20 * time.Second
