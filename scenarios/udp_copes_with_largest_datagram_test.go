package scenarios

import (
	"net/netip"
	"testing"
)

func TestNoiseIsTheLargestDatagram(t *testing.T) {
	for addr, want := range map[string]int{"127.0.0.1:1": 65507, "[::1]:1": 65527} {
		if got := len(noise(replyDatagram{to: netip.MustParseAddrPort(addr)})); got != want {
			t.Errorf("noise for %s has %d bytes, want %d", addr, got, want)
		}
	}
}
