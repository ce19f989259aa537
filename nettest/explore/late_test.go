package explore

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

const ms = time.Millisecond

func TestRoundDownMakesTheSameOfWhatIsSeenEachTime(t *testing.T) {
	for _, test := range []struct{ seen, want time.Duration }{
		{500 * ms, 500 * ms}, {499 * ms, 500 * ms}, {490 * ms, 400 * ms}, {500*ms + 317*time.Microsecond, 500 * ms}, {585 * ms, 500 * ms}, {600 * ms, 600 * ms},
		{time.Second, time.Second}, {1170 * ms, time.Second}, {30*time.Second + ms, 30 * time.Second}, {78 * time.Second, 60 * time.Second},
		{999 * ms, time.Second}, {ms, ms}, {1, 1}, {0, 1},
	} {
		if got := roundDown(test.seen); got != test.want {
			t.Errorf("roundDown(%v) = %v, want %v", test.seen, got, test.want)
		}
	}
	for d := time.Microsecond; d < time.Hour; d += d / 7 {
		if late := afterDeadline(roundDown(d)); late <= d || late > 2*d {
			t.Errorf("of a wait of %v, a server is late after %v: want more, and not twice that", d, late)
		}
	}
}

func TestLateForIsBetweenMomentsThatWereNotTried(t *testing.T) {
	for _, test := range []struct {
		name    string
		moments []time.Duration
		want    []time.Duration
	}{
		{"no moments", nil, nil},
		{"it left", []time.Duration{time.Second}, nil},
		{"it went on, and left", []time.Duration{200 * ms, time.Second}, []time.Duration{300 * ms}},
		{"it went on, and left soon", []time.Duration{200 * ms, 250 * ms}, []time.Duration{225 * ms}},
		{"it went on and left at once", []time.Duration{200 * ms, 203 * ms}, nil},
		{"the one between which is tried", []time.Duration{time.Second, 3 * time.Second}, nil},
		{"one before, and one after", []time.Duration{500 * ms, time.Second, 2 * time.Second, 4 * time.Second}, []time.Duration{750 * ms, 3 * time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := lateFor(test.moments, 1500*ms); !slices.Equal(got, test.want) {
				t.Errorf("lateFor(%v, 1.5s) = %v, want %v", test.moments, got, test.want)
			}
		})
	}
}

// goesOn is a client that does without its first answer after 100 ms, and without the second after 200.
func goesOn(ctx context.Context, w *Wire) error {
	_, err := w.Do("ask", func(ctx context.Context) (any, error) {
		conn, err := w.DialContext(ctx, "tcp", "server.test:1")
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		for _, patience := range []time.Duration{100 * ms, 200 * ms} {
			if _, err := io.WriteString(conn, "hello\n"); err != nil {
				return nil, err
			}
			conn.SetReadDeadline(time.Now().Add(patience))
			io.ReadFull(conn, make([]byte, len("hello\n")))
		}
		return nil, nil
	})
	return err
}

func TestMomentsAreWhatAClientDoesOnASilentConnection(t *testing.T) {
	r := &runner{medium: fault.Streams, body: goesOn, suite: t, bound: time.Second}
	for _, test := range []struct {
		name string
		rule fault.Rule
		want []time.Duration
	}{
		{"a server that falls silent for good", fault.ToClient(fault.Stall{}).OnConn(1), []time.Duration{100 * ms, 300 * ms}},
		{"after its first answer", fault.ToClient(fault.Stall{}).OnConn(1).AfterBytes(6), []time.Duration{200 * ms}},
		{"for a time", fault.ToClient(fault.Stall{For: time.Second}).OnConn(1), nil},
		{"a server that reads no more", fault.FromClient(fault.Stall{}).OnConn(1), nil},
		{"a reset", fault.ToClient(fault.Reset{}).OnConn(1), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := r.run(t.Context(), only(test.rule))
			if got := momentsIn(o); !slices.Equal(got, test.want) {
				t.Errorf("the moments are %v, want %v, of\n%v", got, test.want, o.Transcript)
			}
			// On sockets these may be what it does at once, on a busy machine.
			of := slices.DeleteFunc(slices.Clone(test.want), func(m time.Duration) bool { return m <= busyDelay })
			o.memory = false
			if got := momentsIn(o); !slices.Equal(got, of) {
				t.Errorf("on sockets the moments are %v, want %v", got, of)
			}
		})
	}
}
