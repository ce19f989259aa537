package explore

import (
	"context"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// away is a server that is away for good after the first connection's first byte, and refuses what is dialed.
var away = only(fault.ToClient(fault.Down{For: fault.Forever}).OnConn(1))

// redials returns a body that asks, and dials again at once as long as it is refused, which takes no time in memory, with a pause
// between.
func redials(pause time.Duration) Body {
	return func(_ context.Context, w *Wire) error {
		for range 3 {
			w.Do("ask", func(ctx context.Context) (any, error) {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				for {
					conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
					if err == nil {
						defer conn.Close()
						conn.SetDeadline(time.Now().Add(time.Second))
						return exchange(conn, "apples")
					}
					if ctx.Err() != nil {
						return nil, err
					}
					if pause > 0 {
						time.Sleep(pause)
					}
				}
			})
		}
		return nil
	}
}

// Dials that are refused are in no record, and in memory they take no time: without this oracle such a client would not
// come to an end.
func TestStormOfDialsThatAreRefused(t *testing.T) {
	for pause, storm := range map[time.Duration]bool{0: true, dialPause / 2: true, dialPause: false, time.Millisecond: false} {
		r := judged(t, Config{Within: 2 * time.Second}, redials(pause), away)
		if !r.Fired || r.Lost != "" {
			t.Fatalf("with %v between dials: %+v", pause, r)
		}
		if got := r.breaks(Breach{Oracle: Storms}); got != storm {
			t.Errorf("with %v between dials it is accused of a storm: %t, want %t: %v", pause, got, storm, r.Breaches)
		}
	}
}

// A client that asks three times in each step, without a pause between, has one between steps.
func TestStormIsNoneWhereStepsDialAFewTimes(t *testing.T) {
	body := func(_ context.Context, w *Wire) error {
		for range 200 {
			w.Do("ask", func(ctx context.Context) (answer any, err error) {
				c := right
				c.dial = w.DialContext
				for range 3 {
					if answer, err = c.Ask(ctx, "apples"); err == nil {
						return answer, nil
					}
				}
				return answer, err
			})
		}
		return nil
	}
	r := judged(t, Config{Within: 100 * time.Millisecond}, body, away)
	if !r.Fired || len(r.Breaches) > 0 {
		t.Errorf("got %+v", r)
	}
}
