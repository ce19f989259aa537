package proxytable_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
	"github.com/fakewire/fakewire/nettest"
)

// inMemory is a network in memory, whose Idle may be long in a bubble.
func inMemory(n *nettest.Network, idle time.Duration) proxytable.Wire {
	return proxytable.Wire{
		Listen: func(ctx context.Context) (net.Listener, error) { return n.Listen(ctx, "tcp", "127.0.0.1:0") },
		Dial: func(ctx context.Context, address string) (net.Conn, error) {
			return n.DialContext(ctx, "tcp", address)
		},
		Refuses: func() (string, func(), error) { return "127.0.0.1:1", func() {}, nil },
		Idle:    idle,
	}
}

// wantRows runs all rows that w has, and wants them to hold.
func wantRows(t *testing.T, w proxytable.Wire, proxy proxytable.Proxy) {
	t.Helper()
	for _, row := range proxytable.Rows() {
		if !row.RunsOn(w) {
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			if err := row.Run(w, proxy); err != nil {
				t.Errorf("%v\nwhat must hold: %s\nwhy: %s", err, row.Must, row.Why)
			}
		})
	}
}

// What the rows ask for is what a wire does: with nothing in between they hold.
func TestNothingHoldsOnTCP(t *testing.T) { wantRows(t, proxytable.TCP(), proxytable.Nothing) }
func TestNothingHoldsOnUnix(t *testing.T) {
	wantRows(t, proxytable.Unix(t.TempDir()), proxytable.Nothing)
}

func TestNothingHoldsInMemory(t *testing.T) {
	wantRows(t, inMemory(new(nettest.Network), 0), proxytable.Nothing)
}

func TestNothingHoldsInABubble(t *testing.T) { wantRowsInBubbles(t, nothingIn) }

func nothingIn(fakeserver.TB, *nettest.Network) proxytable.Proxy { return proxytable.Nothing }

// wantRowsInBubbles runs each row in a bubble of its own, where two hours of idleness take no time.
func wantRowsInBubbles(t *testing.T, proxy func(fakeserver.TB, *nettest.Network) proxytable.Proxy) {
	t.Helper()
	for _, row := range proxytable.Rows() {
		t.Run(row.Name, func(t *testing.T) {
			nettest.Bubble(t, func(tb fakeserver.TB) {
				network := new(nettest.Network)
				if err := row.Run(inMemory(network, 2*time.Hour), proxy(tb, network)); err != nil {
					tb.Errorf("%v\nwhat must hold: %s", err, row.Must)
				}
			})
		})
	}
}

func TestEveryRowSaysWhatAndWhy(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range proxytable.Rows() {
		if row.Name == "" || row.Must == "" || row.Why == "" || seen[row.Name] {
			t.Errorf("row %q: must %q, why %q: want all of them, and the name once", row.Name, row.Must, row.Why)
		}
		seen[row.Name] = true
	}
}
