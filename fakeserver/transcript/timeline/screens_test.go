package timeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// TestScreenshots writes pictures of pages to $FAKEWIRE_SCREENSHOTS, for people to look at.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("FAKEWIRE_SCREENSHOTS")
	if dir == "" {
		t.Skip("FAKEWIRE_SCREENSHOTS says no directory")
	}
	b := startBrowser(t)
	for name, rec := range map[string]transcript.Recording{
		"small": small(t), "cut": cut(t), "datagrams": datagrams(t), "crowd": crowd(t, 200, 30), "long": long(t, 10_000),
	} {
		page := write(t, rec)
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{400, 1600} {
			p := b.open(t, page, os.Getenv("FAKEWIRE_SCREENSHOTS_HASH"), width, 1000)
			var height int
			p.eval("document.documentElement.scrollHeight", &height)
			p.resize(width, min(height, 2200))
			p.eval(os.Getenv("FAKEWIRE_SCREENSHOTS_AFTER"), nil)
			for _, theme := range []string{"light", "dark"} {
				p.prefer("screen", "prefers-color-scheme", theme)
				file := filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, theme))
				if err := os.WriteFile(file, p.screenshot(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%s: %v %v, %d bytes", name, p.problems, p.requests, len(page))
		}
	}
}
