package explore_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/explore"
)

// After a search in memory in which clients hang, each step with eight callers at once, nothing is there that was not before.
func TestNothingIsLeftOfASearchInMemory(t *testing.T) {
	for _, name := range []string{"no read deadline", "waits for packets"} {
		t.Run(name, func(t *testing.T) {
			nettest.NoLeaks(t)
			r, err := search(t, specimenOf(t, name), func(cfg *explore.Config) { cfg.Callers = 8 })
			if err != nil || len(r.Finds) != 1 || r.Finds[0].Breach.Oracle != explore.Hangs {
				t.Errorf("%v, %v; want a hang", r, err)
			}
		})
	}
}

// On sockets it is the same: trials at once, of eight callers each, that hang until they are given up.
func TestNothingIsLeftOfASearchOnSockets(t *testing.T) {
	if !explore.Alone(t) {
		return
	}
	nettest.NoLeaks(t)
	var hung atomic.Int64
	body := func(_ context.Context, w *explore.Wire) error {
		c, err := w.DialContext(context.Background(), "tcp", w.Addr())
		if err != nil {
			return nil
		}
		defer c.Close()
		w.Do("ask", func(context.Context) (any, error) {
			if _, err := io.WriteString(c, "apples\n"); err != nil {
				return nil, err
			}
			answer, began := make([]byte, len("apples\n")), time.Now()
			_, err := io.ReadFull(c, answer) // for as long as it takes
			if time.Since(began) > time.Second {
				hung.Add(1)
			}
			return answer, err
		})
		return nil
	}
	cfg := explore.Config{Within: 50 * time.Millisecond, Callers: 8, OneConn: true, Plans: 24, Budget: time.Minute, Without: []explore.Oracle{explore.Hangs}}
	r, err := explore.Search(t.Context(), cfg, fault.Streams, body)
	if err != nil || len(r.Finds) > 0 {
		t.Errorf("%v, %v", r, err)
	}
	if n := hung.Load(); n < 8+4 {
		t.Errorf("%d callers were held up, want all on a wire that says nothing, and one each in four trials at least", n)
	}
}
