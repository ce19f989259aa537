package explore

import (
	"fmt"
	"io"
	"os"
	"time"
)

// A progress is one line on a terminal that tells how a search gets on.
type progress struct {
	out   io.Writer // nil: nobody looks
	name  string
	began time.Time
	shown time.Time
}

// progressPause is how long a line stands at least.
const progressPause = 200 * time.Millisecond

// newProgress returns a line on stderr, if that is a terminal, and somebody has given the search a name.
func newProgress(name string) *progress {
	p := &progress{name: name, began: time.Now()}
	if info, err := os.Stderr.Stat(); name != "" && err == nil && info.Mode()&os.ModeCharDevice != 0 {
		p.out = os.Stderr
	}
	return p
}

// show writes how many plans were tried, how many that is in a second, and what was found.
func (p *progress) show(t Tally, found int) {
	now := time.Now()
	if p.out == nil || now.Sub(p.shown) < progressPause {
		return
	}
	p.shown = now
	rate := float64(t.Plans) / now.Sub(p.began).Seconds()
	fmt.Fprintf(p.out, "\r\x1b[Kexplore: %s: %d plans, %.0f a second, %d found", p.name, t.Plans, rate, found)
}

// end takes the line away.
func (p *progress) end() {
	if p.out != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
