package nettest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/nettest"
)

// wantAllBroken checks that each demand of a suite fails for the implementation that breaks
// it, with these words, and holds for the one that does not. It runs in bubbles, where
// calls that block take no time.
func wantAllBroken[B any](t *testing.T, demands []string, broken map[string]B, words func(B) string, try func(demand string, breaks *B) error) {
	t.Helper()
	if len(broken) != len(demands) {
		t.Errorf("%d implementations for %d demands", len(broken), len(demands))
	}
	for _, demand := range demands {
		t.Run(demand, func(t *testing.T) {
			b, ok := broken[demand]
			if !ok {
				t.Fatal("no implementation breaks it")
			}
			synctest.Test(t, func(t *testing.T) {
				if err := try(demand, nil); err != nil {
					t.Errorf("without the bug: %v", err)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				if err := try(demand, &b); err == nil || !strings.Contains(err.Error(), words(b)) {
					t.Errorf("with the bug: %v; want %q", err, words(b))
				}
			})
		})
	}
}

func TestListenerDemandsCanFail(t *testing.T) {
	wantAllBroken(t, nettest.ListenerDemands(), brokenListeners,
		func(b brokenListener) string { return b.words },
		func(demand string, b *brokenListener) error {
			return nettest.TryListener(demand, makeBrokenListener(b))
		})
}

func TestPacketConnDemandsCanFail(t *testing.T) {
	wantAllBroken(t, nettest.PacketConnDemands(), brokenPacketConns,
		func(b brokenPacketConn) string { return b.words },
		func(demand string, b *brokenPacketConn) error {
			return nettest.TryPacketConn(demand, makeBrokenPacketConns(b))
		})
}

func TestHalfCloseDemandsCanFail(t *testing.T) {
	wantAllBroken(t, nettest.HalfCloseDemands(), brokenConns,
		func(b brokenConn) string { return b.words },
		func(demand string, b *brokenConn) error {
			return nettest.TryHalfClose(demand, makeBrokenConns(b))
		})
}

func TestEachDemandOnTransportsCanFail(t *testing.T) {
	wantAllBroken(t, nettest.TransportDemands(), brokenTransports,
		func(b brokenTransport) string { return b.words },
		func(demand string, b *brokenTransport) error {
			return nettest.TryTransport(demand, makeBrokenTransport(b, demand))
		})
}
