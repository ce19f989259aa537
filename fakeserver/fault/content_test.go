package fault

import (
	"slices"
	"testing"
	"time"
)

func TestChangesContent(t *testing.T) {
	changing := map[Medium][]string{
		Streams:   {"blackhole", "corrupt", "overwrite", "replace"},
		Datagrams: {"blackhole", "burst-loss", "corrupt", "down", "duplicate", "enlarge", "forge", "loss", "overwrite", "reorder", "replace", "restart", "truncate"},
	}
	for m, want := range changing {
		var got []string
		for _, f := range faults {
			if f.Kind() != "latency" && ChangesContent(f, m) {
				got = append(got, f.Kind())
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("on %v, content is changed by %q, want %q", m, got, want)
		}
	}
	if !ChangesContent(Latency{Delay: time.Second, Jitter: time.Second}, Datagrams) || ChangesContent(Latency{Delay: time.Second}, Datagrams) || ChangesContent(Latency{Delay: time.Second, Jitter: time.Second}, Streams) {
		t.Error("a latency changes the order of datagrams with a jitter, and only then")
	}
	if ChangesContent(nil, Streams) || ChangesContent(nil, Datagrams) {
		t.Error("no fault changes something")
	}
}
