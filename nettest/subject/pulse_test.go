package subject

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPulseBeatsUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPulse(time.Second)
		time.Sleep(3*time.Second + time.Millisecond)
		p.Stop()
		p.Stop()
		time.Sleep(3 * time.Second)
		if n := p.Count(); n != 3 {
			t.Errorf("%d beats, want 3", n)
		}
	})
}
