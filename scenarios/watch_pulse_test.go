package scenarios

import (
	"testing"
	"time"
)

func TestPulseBeats(t *testing.T) {
	p := newPulse(time.Millisecond)
	for began := time.Now(); p.count() < 3; {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%d beats in 10 s", p.count())
		}
		time.Sleep(time.Millisecond)
	}
	p.stop()
	p.stop()
}
