package benchwork

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// exchangeBytes is what an exchange that is only recorded has in each direction.
const exchangeBytes = 16

// An exchanger records exchanges as a server does that answers each small request.
type exchanger struct {
	rec     *record.Recorder
	in, out *record.Lane
	text    []byte
}

// newExchanger returns an exchanger whose record keeps at most limit bytes; zero: all.
func newExchanger(limit int64) *exchanger {
	rec := record.New(transcript.Header{Name: "events", Network: "tcp"}, limit)
	return &exchanger{rec, rec.Lane(1, transcript.FromClient), rec.Lane(1, transcript.ToClient), make([]byte, exchangeBytes)}
}

// events records exchanges until there are n events.
func (x *exchanger) events(n int) {
	for i := x.rec.Len(); i < n; i += 2 {
		x.exchange()
	}
}

func (x *exchanger) exchange() {
	x.in.Append(transcript.Data, x.text)
	x.out.Append(transcript.Data, x.text)
}

// eventMemory returns how much memory a record takes for each of n events, besides their bytes.
func eventMemory(n int) (float64, error) {
	before := heap()
	x := newExchanger(0)
	x.events(n)
	after := heap()
	kept := float64(after) - float64(before) - float64(n*exchangeBytes)
	if got := x.rec.Len(); got != n {
		return 0, fmt.Errorf("%d events were recorded, want %d", got, n)
	}
	return kept / float64(n), nil
}

// limitedGrowth returns by how much a record with a limit grows from a tenth of n exchanges to n.
func limitedGrowth(n int) (float64, error) {
	x := newExchanger(64 << 10)
	for range n / 10 {
		x.exchange()
	}
	before := heap()
	for range n - n/10 {
		x.exchange()
	}
	after := heap()
	runtime.KeepAlive(x)
	return float64(after) - float64(before), nil
}

// eventFigures are what is kept of each event.
var eventFigures = []Figure{
	eventFigure(1_000), eventFigure(100_000), eventFigure(1_000_000),
	{
		Name: "LimitedGrowth", What: "what a record with RecordLimit grows by, to a million exchanges", Unit: "B", Times: 7, Fresh: true,
		Measure: func() (float64, error) { return limitedGrowth(1_000_000) }, Goal: AtMost(4096),
	},
}

func eventFigure(n int) Figure {
	return Figure{
		Name: fmt.Sprintf("Events%d", n), What: fmt.Sprintf("memory kept of each of %d events, besides bytes", n), Unit: "B", Times: 7, Fresh: true,
		Measure: func() (float64, error) { return eventMemory(n) }, Goal: AtMost(96),
	}
}

// few and many are records that works compare, in processes of their own: what comes after has no such heap.
var (
	few  = sync.OnceValue(func() *exchanger { return filled(100_000) })
	many = sync.OnceValue(func() *exchanger { return filled(1_000_000) })
)

func filled(n int) *exchanger {
	x := newExchanger(0)
	x.events(n)
	return x
}

// Append is what it costs to record in a record that is long already, against one that is not.
var Append = Work{
	Name: "Append", What: "to record an exchange after a million events", Baseline: "an exchange after 100,000 events", Slice: 100_000, Fresh: true,
	Raw: appendBody(few), Kit: appendBody(many), Goal: AtMost(1.2),
}

func appendBody(of func() *exchanger) Body {
	return func(clock Clock, n int) (int, error) {
		x := of()
		Settle() // what the million has left to collect
		clock.StartTimer()
		defer clock.StopTimer()
		for range n {
			x.exchange()
		}
		return n, nil
	}
}

// Snapshot is what it costs to take a snapshot of a record that is long, against one that is not.
var Snapshot = Work{
	Name: "Snapshot", What: "a snapshot of a million events", Baseline: "a snapshot of 100,000 events", Slice: 50_000, Fresh: true,
	Raw: snapshotBody(few), Kit: snapshotBody(many), Goal: AtMost(1.2),
}

func snapshotBody(of func() *exchanger) Body {
	return func(clock Clock, n int) (int, error) {
		rec := of().rec
		Settle() // as in appendBody
		clock.StartTimer()
		defer clock.StopTimer()
		for i := range n {
			if rec.Snapshot().Len() == 0 {
				return i, fmt.Errorf("snapshot %d is empty", i)
			}
		}
		return n, nil
	}
}

// mostEvents is where the curves of events end.
const mostEvents = 10_000_000

// eventCurves are how the cost of a record grows with its events.
var eventCurves = []Curve{
	{Name: "EventAppend", What: "to record one more event", Of: "events", Unit: "ns", Most: mostEvents, Points: growing(appendCost)},
	{Name: "EventSnapshot", What: "a snapshot", Of: "events", Unit: "ns", Most: mostEvents, Points: growing(snapshotCost)},
	{Name: "EventBytes", What: "memory of an event, besides its bytes", Of: "events", Unit: "B", Most: mostEvents, Points: eventBytes},
}

// growing returns what measures cost on one record that grows.
func growing(cost func(*exchanger) time.Duration) func(max int) ([]Point, error) {
	return func(max int) (points []Point, err error) {
		x := newExchanger(0)
		for _, n := range Sizes(max) {
			x.events(n)
			best := cost(x)
			for range 4 {
				best = min(best, cost(x))
			}
			points = append(points, Point{n, float64(best.Nanoseconds()) / costTimes})
		}
		return points, nil
	}
}

// costTimes is how often a cost is paid in a measurement.
const costTimes = 2000

// appendCost is what it takes to record costTimes events.
func appendCost(x *exchanger) time.Duration {
	began := time.Now()
	for range costTimes / 2 {
		x.exchange()
	}
	return time.Since(began)
}

func snapshotCost(x *exchanger) time.Duration {
	began := time.Now()
	for range costTimes {
		x.rec.Snapshot()
	}
	return time.Since(began)
}

func eventBytes(max int) (points []Point, err error) {
	for _, n := range Sizes(max) {
		kept, err := eventMemory(n + n%2) // an exchange is two
		if err != nil {
			return points, err
		}
		points = append(points, Point{n, kept})
	}
	return points, nil
}
