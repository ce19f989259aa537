package explore

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressIsOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &progress{out: &out, name: "TestClient", began: time.Now()}
		time.Sleep(time.Second)
		p.show(Tally{Plans: 50}, 0)
		want := "\r\x1b[Kexplore: TestClient: 50 plans, 50 a second, 0 found"
		if got := out.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		time.Sleep(progressPause - 1)
		p.show(Tally{Plans: 70}, 0) // too soon for another
		if got := out.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		time.Sleep(time.Second)
		p.show(Tally{Plans: 110}, 1)
		want += "\r\x1b[Kexplore: TestClient: 110 plans, 50 a second, 1 found"
		if got := out.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		p.end()
		if got := out.String(); got != want+"\r\x1b[K" {
			t.Errorf("got %q, want the line to be taken away", got)
		}
		if strings.Contains(out.String(), "\n") {
			t.Error("it has more than a line")
		}
	})
}

// Where nothing was shown, there is nothing to take away; and in a test's log nothing is shown.
func TestProgressOfWhatNobodySees(t *testing.T) {
	var out bytes.Buffer
	(&progress{out: &out, began: time.Now()}).end()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
	p := &progress{}
	p.show(Tally{Plans: 1}, 0)
	p.end()
}
