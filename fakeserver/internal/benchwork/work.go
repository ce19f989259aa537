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

// A Work is a row of the table of goals that is a ratio: the same work, done by a baseline and by the kit.
type Work struct {
	Name     string // as in BenchmarkName
	What     string // in words
	Baseline string // what Raw is, in words
	Slice    int    // how many times a short slice does it: 10 to 50 ms
	Bytes    int64  // that one time moves; 0: not a matter of bytes
	Fresh    bool   // each slice has a process of its own
	Speed    bool   // the ratio is of speeds; else of times
	Raw      Body   // by the baseline
	Kit      Body   // by the kit, recording all
	Goal     Goal   // of the kit's figure over the baseline's
}

// Ratio returns the kit's figure over the baseline's, from how long each took
// for one time.
func (w *Work) Ratio(raw, kit time.Duration) float64 {
	if w.Speed {
		raw, kit = kit, raw
	}
	return float64(kit) / float64(raw)
}

// A Figure is a row of the table of goals that is no ratio of times: bytes that are kept, allocations,
// how late a delay is.
type Figure struct {
	Name    string
	What    string // in words
	Unit    string // "B/B", "allocs", "µs"
	Times   int    // how often it is measured; 0: as often as a work has pairs of slices
	Fresh   bool   // each time in a process of its own
	Measure func() (float64, error)
	Goal    Goal
}

// Works returns every work, in the order of the table.
func Works() []Work {
	return []Work{
		Sink, SinkFresh, Echo1, Echo64, LifeCycle, Proxy, ProxyFresh, ProxyOff, ProxyEcho, UDP64, UDP1200, UDP64Burst, UDP1200Burst,
		LatencyToClient, LatencyFromClient, Match, MatchText, MatchLooks, Append, Snapshot,
	}
}

// Figures returns every figure, in the order of the table.
func Figures() []Figure {
	var all []Figure
	for _, some := range [][]Figure{memoryFigures, eventFigures, queryFigures, lifeFigures, latenessFigures(), rateFigures()} {
		all = append(all, some...)
	}
	return all
}

// patience bounds every client: a body that waits longer fails.
const patience = 20 * time.Second
