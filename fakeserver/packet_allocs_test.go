package fakeserver

import (
	"math"
	"net"
	"runtime"
	"testing"
	"time"
)

// What a datagram costs is exact, where nothing is to be decided about it: one 512th of a chunk of events, and its share of a block.
func TestPacketServerAllocatesNextToNothingForADatagram(t *testing.T) {
	srv, err := ListenPacket(PacketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("udp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p := make([]byte, 64)
	exchange := func(n int) {
		for range n {
			want := srv.rec.Len() + 4
			for range 4 {
				if _, err := c.Write(p); err != nil {
					t.Fatal(err)
				}
			}
			for deadline := time.Now().Add(10 * time.Second); srv.rec.Len() < want; runtime.Gosched() {
				if time.Now().After(deadline) {
					t.Fatalf("%d events after 10 s, want %d", srv.rec.Len(), want)
				}
			}
		}
	}
	exchange(50) // the first is a new peer
	const n = 1000
	allocs := math.Inf(1)
	for range 3 { // goroutines of earlier tests may allocate, too
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		exchange(n)
		runtime.ReadMemStats(&after)
		allocs = min(allocs, float64(after.Mallocs-before.Mallocs)/(4*n))
	}
	t.Logf("%.4f allocations a datagram", allocs)
	if allocs > 0.05 {
		t.Errorf("a datagram costs %.4f allocations, want 0.05 at most", allocs)
	}
}
