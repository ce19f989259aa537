package nettest_test

import (
	"slices"
	"testing"
)

// kinds are the subjects of the rows about streams, in order.
var kinds = []string{
	"bytes", "FIN", "RST", "half-close", "unread input",
	"past deadline", "passing deadline", "moved deadline", "cleared deadline",
	"own close", "blocked call", "full window", "backlog", "listener closed",
}

// That rows are equal on the kernel is worth only what the rows are about.
func TestRowsAreAboutEverything(t *testing.T) {
	names, count := map[string]bool{}, map[string]int{}
	add := func(kind, name, why string, told bool) {
		if !slices.Contains(kinds, kind) || names[name] || why == "" || !told {
			t.Errorf("row %q (%q): of kind %q, known %v; want one name, a reason and a story", name, why, kind, slices.Contains(kinds, kind))
		}
		names[name] = true
		count[kind]++
	}
	for _, r := range slices.Concat(rows, waits, windows) {
		add(r.kind, r.name, r.why, r.tell != nil)
	}
	for _, r := range listenerRows {
		add(r.kind, r.name, r.why, r.tell != nil)
	}
	for _, kind := range kinds {
		if count[kind] < 3 {
			t.Errorf("%d rows about %s, want 3 at least", count[kind], kind)
		}
	}
	if len(names) < 55 {
		t.Errorf("%d rows about streams, want 55 at least", len(names))
	}
	if len(packetRows) < 12 {
		t.Errorf("%d rows about datagrams, want 12 at least", len(packetRows))
	}
	t.Logf("%d rows about streams, %v; %d about datagrams", len(names), count, len(packetRows))
}
