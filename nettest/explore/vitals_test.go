package explore

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/subject"
)

var sink atomic.Int64

// computes takes so much processor time.
func computes(d time.Duration) {
	before, _ := subject.ProcessorTime()
	for now := before; now-before < d; now, _ = subject.ProcessorTime() {
		for i := range 100_000 { // so that it is seldom in the system call
			sink.Store(int64(i))
		}
	}
}

// reads reads, from where there is nothing, until it has taken so much processor time.
func reads(d time.Duration) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	before, _ := subject.ProcessorTime()
	for now := before; now-before < d; now, _ = subject.ProcessorTime() {
		for range 1000 {
			f.Read(make([]byte, 1))
		}
	}
}

// polls looks every millisecond, for so long.
func polls(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

var taken []byte

// takes takes memory, in so many chunks.
func takes(size, chunks int) {
	for range chunks {
		taken = make([]byte, size/chunks)
	}
	taken = nil
}

// doing is a client that is right, and does something in each step, and something else when it fails.
func doing(each func(), failed func(error)) Body {
	return func(_ context.Context, w *Wire) error {
		c := right
		c.dial = w.DialContext
		for _, q := range []string{"apples", "pears"} {
			w.Do("ask", func(ctx context.Context) (any, error) {
				each()
				answer, err := c.Ask(ctx, q)
				if err != nil {
					failed(err)
				}
				return answer, err
			})
		}
		return nil
	}
}

func nothing() {}

func no(error) {}

// What a client takes of the machine while nothing passes, or at once, is judged by what it takes on a healthy wire, and what others
// take is not its.
func TestOraclesOfWhatIsTaken(t *testing.T) {
	const much, long = 64 << 20, 400 * time.Millisecond
	hungry := fakeserver.Lines{Answer: func(line string) string {
		takes(much, 1)
		return line
	}}
	spins := func(error) { computes(long) }
	for _, test := range []struct {
		name      string
		cfg       Config
		body      Body
		meanwhile func() // what others do, again and again
		want      []string
	}{
		{"spins", Config{OnSockets: true}, doing(nothing, spins), nil, []string{"spin: ask"}},
		{"spins, not asked", Config{OnSockets: true, Without: []Oracle{Spins}}, doing(nothing, spins), nil, nil},
		{"spins in system calls", Config{OnSockets: true}, doing(nothing, func(error) { reads(long) }), nil, []string{"spin: ask"}},
		{"polls", Config{OnSockets: true}, doing(nothing, func(error) { polls(300 * time.Millisecond) }), nil, nil},
		{"polls for a minute of virtual time", Config{}, doing(nothing, func(error) { polls(50 * time.Second) }), nil, nil},
		{"computes for long, as on a healthy wire", Config{OnSockets: true}, doing(func() { computes(long / 8) }, spins), nil, nil},
		{"is not to blame for the time that others take", Config{OnSockets: true}, doing(nothing, spins), func() { computes(time.Millisecond) }, nil},
		{"swells", Config{}, doing(nothing, func(error) { takes(much, 1) }), nil, []string{"memory: github.com/fakewire/fakewire/nettest/explore.takes"}},
		{"swells, not asked", Config{Without: []Oracle{Swells}}, doing(nothing, func(error) { takes(much, 1) }), nil, nil},
		{"takes much bit by bit", Config{}, doing(nothing, func(error) { takes(much, 64) }), nil, nil},
		{"takes much, as on a healthy wire", Config{}, doing(func() { takes(much/8, 1) }, func(error) { takes(much, 1) }), nil, nil},
		{"is not to blame for the memory of its server", Config{Handler: hungry}, doing(nothing, no), nil, nil},
		{"is not to blame for the memory of others", Config{OnSockets: true}, doing(nothing, func(error) { polls(100 * time.Millisecond) }), func() { takes(much, 1); polls(20 * time.Millisecond) }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.meanwhile != nil {
				defer again(test.meanwhile)()
			}
			test.cfg.Suite, test.cfg.Within = t, time.Minute
			l := newLocal(test.cfg, fault.Streams, test.body)
			if _, err := l.rehearse(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := l.try(t.Context(), endsFirst, false)
			var got []string
			for _, b := range r.Breaches {
				got = append(got, string(b.Oracle)+": "+b.Kind)
			}
			if !r.Fired || r.Lost != "" || !slices.Equal(got, test.want) {
				t.Errorf("it is accused of %q, want %q: %+v", got, test.want, r)
			}
		})
	}
}

// again does something again and again, until the function that it returns is called.
func again(f func()) (stop func()) {
	var over atomic.Bool
	done := make(chan bool)
	go func() {
		defer close(done)
		for !over.Load() {
			f()
		}
	}()
	return func() {
		over.Store(true)
		<-done
	}
}

// spinVariable lets this program spin.
const spinVariable = "FAKEWIRE_EXPLORE_SPIN"

// What spins in memory goes on: without Isolate it is found all the same, and that is the end of the search.
func TestSpinIsTheEndOfASearchThatIsNotIsolated(t *testing.T) {
	if on := os.Getenv(spinVariable); on != "" {
		spinning := func(err error) bool { return on == "in silence" || classOf(err) != timeout }
		body := doing(nothing, func(err error) {
			if spinning(err) {
				computes(time.Hour)
			}
		})
		r, err := Search(t.Context(), Config{Suite: t, All: true, First: []fault.Plan{endsFirst}}, fault.Streams, body)
		t.Logf("%v, %v", r, err)
		return
	}
	for when, plan := range map[string]string{"at a plan": "fault.ToClient(fault.Close{}).OnConn(1)", "in silence": "fault.ToClient(fault.Stall{}),"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSpinIsTheEndOfASearchThatIsNotIsolated$", "-test.v")
		cmd.Env = append(os.Environ(), spinVariable+"="+when)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		wantWords(t, string(out), "explore: 1 plan, 1 fired, 1 outcome, 1 broken", "spin: ask took", "explore.computes", "it was seen once", "With Config.Isolate it is run again", plan)
	}
}
