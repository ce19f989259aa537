package subject

import (
	"runtime/debug"
	"testing"
)

func TestStopCollectionRestoresWhatItWas(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(70))
	first, second := StopCollection(), StopCollection()
	wantPercent(t, "stopped twice", -1)
	first()
	first()
	wantPercent(t, "restored once", -1)
	second()
	wantPercent(t, "restored", 70)
	third := StopCollection()
	wantPercent(t, "stopped again", -1)
	third()
	wantPercent(t, "restored again", 70)
}

func wantPercent(t *testing.T, when string, want int) {
	t.Helper()
	percent := debug.SetGCPercent(-1)
	if debug.SetGCPercent(percent); percent != want {
		t.Errorf("%s: the collector is set to %d, want %d", when, percent, want)
	}
}
