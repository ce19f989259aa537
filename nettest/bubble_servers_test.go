package nettest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBubbleTellsOfItsServersAsFarAsItCan(t *testing.T) {
	quick := func() string { return "a record\n" }
	for _, tt := range []struct {
		why     string
		stories int
		locked  bool
		want    string
	}{
		{"no server", 0, false, ""},
		{"two", 2, false, "a record\na record\n"},
		{"one of three needs a lock", 1, true, "a record\n2 servers can't tell what happened: a lock that one needs is held in the bubble\n"},
		{"one of two needs a lock", 0, true, "2 servers can't tell what happened: a lock that one needs is held in the bubble\n"},
		{"one too many", maxStories + 1, false, strings.Repeat("a record\n", maxStories) + "… and 1 more server\n"},
		{"too many", maxStories + 5, false, strings.Repeat("a record\n", maxStories) + "… and 5 more servers\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bubbleServers
			for range tt.stories {
				b.ShowWhenStuck(quick)
			}
			locked := make(chan bool)
			if tt.locked {
				b.ShowWhenStuck(func() string { <-locked; return "" })
				b.ShowWhenStuck(quick)
			}
			began := time.Now()
			if got := b.tell(); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
			}
			if d := time.Since(began); tt.locked != (d > 0) || d > storyPatience {
				t.Errorf("%s: it took %v", tt.why, d)
			}
			close(locked)
		})
	}
}
