package fakeserver_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What the upstream writes at once is one segment for the client, too, whatever the record has had before: a playback has to play
// each.
func TestProxyKeepsSegmentsTogether(t *testing.T) {
	sizes := []int{308, 17, 1000, 4 << 10, 300}
	onProxy(t, "tcp", fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
		for _, n := range sizes {
			text := strings.Repeat("x", n)
			say(s, s.upstream, text)
			readN(s, s.client, text)
		}
		for leg, tr := range map[string]transcript.Transcript{"client": s.srv.Transcript(), "upstream": s.srv.Upstream()} {
			var got []int
			for e := range tr.Kind(transcript.Data).All() {
				got = append(got, len(e.Data))
			}
			if !slices.Equal(got, sizes) {
				s.Errorf("%s leg: segments of %d bytes, want %d", leg, got, sizes)
			}
		}
	})
}
