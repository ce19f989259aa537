package isolate

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

func search(t *testing.T, cfg explore.Config, broken func(error)) {
	onlyInTheTest()
	explore.TCP(t, cfg, asks(t.Name(), broken))
}

func TestNames(t *testing.T) {
	for _, name := range []string{"with spaces", "with/slashes//", "[brackets|(and so on)]{2}.*+?^$\\", "Äpfel 梨\x01", strings.Repeat("long", 100), "", "twice", "twice", "#01", "twice#01"} {
		t.Run(name, func(t *testing.T) { search(t, quick(), right) })
	}
}

func TestParallel(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			search(t, quick(), right)
		})
	}
}

// TestSeveral has several searches, one of which is not isolated, and what comes before them.
func TestSeveral(t *testing.T) {
	t.Cleanup(func() { note("cleanup") })
	for i := range 3 {
		cfg := quick()
		cfg.Isolate = i != 1
		explore.TCP(t, cfg, func() explore.Body { return asks(fmt.Sprint("search ", i), right) }())
	}
}

func TestDeaths(t *testing.T) {
	for _, d := range deaths {
		t.Run(d.name, func(t *testing.T) { search(t, quick(), d.death) })
	}
}

// TestAll has a client with two bugs.
func TestAll(t *testing.T) {
	cfg := quick()
	cfg.All = true
	cfg.First = append(cfg.First, fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).OnConn(1)}})
	explore.TCP(t, cfg, func(_ context.Context, w *explore.Wire) error {
		for range 3 {
			w.Do("ask", func(ctx context.Context) (any, error) {
				answer, err := ask(ctx, w)
				if err == io.EOF {
					inGoroutine(func() { (&client{}).mustNot(err) })
				}
				return answer, nil
			})
		}
		return nil
	})
}

// TestUnreached does something else when it runs by itself.
func TestUnreached(t *testing.T) {
	if os.Getenv("FAKEWIRE_EXPLORE_CHILD") == "" {
		search(t, quick(), right)
	}
}

// TestHangs hangs, with a connection to explore's test, which so sees the end of each process.
func TestHangs(t *testing.T) {
	cfg := quick()
	cfg.OnSockets, cfg.Within = true, 1<<40
	search(t, cfg, func(error) {
		if _, err := net.Dial("tcp", os.Getenv("FIXTURE_DIAL")); err != nil {
			panic(err)
		}
		note("hangs")
		select {}
	})
}
