package transcript_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// took returns how much of the processor's time f takes, asked of so many records of conns
// connections, one after the other, each asked for the first time: the least of a few times, or
// the first that is below enough.
func took(t *testing.T, record func(int) *record.Recorder, conns, records int, enough time.Duration, f func(t Transcript)) time.Duration {
	best := time.Duration(math.MaxInt64)
	for range 3 {
		var all []Transcript
		for range records {
			all = append(all, record(conns).Snapshot())
		}
		began := processorTime(t)
		for _, tr := range all {
			f(tr)
		}
		if best = min(best, processorTime(t)-began); best < enough {
			break
		}
	}
	return best
}

// processorTime returns what this process has had of the processor's time, which is as much on a
// busy machine as on an idle one.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	had, err := subject.ProcessorTime()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return had
}

// A record of ten times the connections takes about as long to look through as ten records,
// and not ten times as long. What takes no time at all is not measured.
func TestTranscriptQueriesAreLinearInTheEvents(t *testing.T) {
	const few, times = 500, 10
	const bearable = 150 * time.Millisecond
	for medium, record := range benchwork.Records {
		for name, ask := range benchwork.Queries {
			b := took(t, record, few*times, 1, bearable, ask)
			if b < bearable {
				continue
			}
			if a := took(t, record, few, times, 0, ask); b > 4*a {
				t.Errorf("%s of %s: %v for %d connections, %v for %d times %d: %.1f times as long, want about as long",
					name, medium, b, few*times, a, times, few, float64(b)/float64(a))
			}
		}
	}
}

func BenchmarkQueries(b *testing.B) {
	for medium, record := range benchwork.Records {
		for name, ask := range benchwork.Queries {
			for _, conns := range []int{1000, 10_000} {
				b.Run(fmt.Sprintf("%s/%s/%d", medium, name, conns), func(b *testing.B) {
					rec := record(conns)
					for b.Loop() {
						b.StopTimer()
						rec.Add(Event{Kind: Note})
						b.StartTimer()
						ask(rec.Snapshot())
					}
				})
			}
		}
	}
}
