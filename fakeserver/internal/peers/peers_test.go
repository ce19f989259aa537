package peers

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
)

const file = "PEERS.md"

func TestPeersAreInTheirFile(t *testing.T) {
	got := map[string]results{}
	var (
		mu sync.Mutex // guards got
		wg sync.WaitGroup
	)
	for _, p := range all {
		wg.Go(func() {
			r := run(p)
			mu.Lock()
			defer mu.Unlock()
			got[p.name] = r
		})
	}
	wg.Wait()
	for name, rows := range got {
		for row, err := range rows {
			if errors.Is(err, proxytable.ErrSetup) {
				t.Fatalf("%s, %s: %v", name, row, err)
			}
			if name == "Fakewire" && err != nil {
				t.Errorf("%s, %s: %v", name, row, err)
			}
		}
	}
	wantFile(t, markdown(got))
}

func wantFile(t *testing.T, text string) {
	t.Helper()
	if os.Getenv("FAKEWIRE_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(was) == text {
		return
	}
	t.Errorf("%s is not what the peers do now (FAKEWIRE_UPDATE=1 writes it)", file)
	before, after := lines(string(was)), lines(text)
	for line := range before {
		if !after[line] {
			t.Errorf("- %s", line)
		}
	}
	for line := range after {
		if !before[line] {
			t.Errorf("+ %s", line)
		}
	}
}

func lines(text string) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(text) {
		set[strings.TrimSuffix(line, "\n")] = true
	}
	return set
}
