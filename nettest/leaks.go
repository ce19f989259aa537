package nettest

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/internal/process"
	"github.com/fakewire/fakewire/nettest/internal/words"
)

// NoLeaks fails tb at its end if goroutines or descriptors are left that were not there when NoLeaks
// was called. Call it first, so that the cleanups of all that comes later run before it looks:
//
//	func TestClient(t *testing.T) {
//		nettest.NoLeaks(t)
//		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
//		…
//	}
//
// What is about to end gets up to five seconds. What is left then is named: goroutines by their
// stacks and by what started them, sockets by both addresses. http.DefaultTransport's idle connections
// are among that: end them with CloseIdleConnections. If tb has failed by then for another reason, or was skipped, this
// is only logged.
//
// Goroutines of package testing, of Ginkgo, of the runtime and of os/signal don't count. Of a test that
// runs beside others, by t.Parallel, those that the others start do: it can't be told whose they are. Descriptors
// are known on Linux; elsewhere a line in the log says that they were not looked at.
func NoLeaks(tb fakeserver.TB) {
	tb.Helper()
	before, err := takeStock()
	if err != nil {
		tb.Logf("NoLeaks looks at goroutines alone: %v", err)
	}
	where := "?"
	if _, file, line, ok := runtime.Caller(1); ok {
		where = fmt.Sprintf("%s:%d", filepath.Base(file), line)
	}
	tb.Cleanup(func() {
		tb.Helper()
		left := before.left()
		switch {
		case left == "":
		case tb.Failed() || tb.Skipped():
			tb.Logf("left behind since %s: %s", where, left)
		default:
			tb.Errorf("left behind since %s: %s", where, left)
		}
	})
}

// leakPatience is how long what is about to end may take.
const leakPatience = 5 * time.Second

// A stock is what a process has.
type stock struct {
	goroutines  map[string]process.Goroutine // by their IDs
	descriptors map[process.Descriptor]bool
}

// takeStock returns what there is now, but for the caller's goroutine. Its error is about the
// descriptors, which the stock then lacks.
func takeStock() (stock, error) {
	s := stock{map[string]process.Goroutine{}, map[process.Descriptor]bool{}}
	for _, g := range process.Goroutines() {
		s.goroutines[g.ID] = g
	}
	all, err := process.Descriptors()
	for _, d := range all {
		s.descriptors[d] = true
	}
	return s, err
}

// left returns in words what is there that is not in the stock, and stays. What comes and goes
// meanwhile is not left.
func (s stock) left() string {
	left, _ := takeStock()
	left.remove(s)
	end := time.Now().Add(leakPatience)
	for pause := time.Millisecond; !left.isEmpty() && time.Now().Before(end); pause = min(2*pause, 50*time.Millisecond) {
		time.Sleep(pause)
		now, _ := takeStock()
		left.keep(now)
	}
	if left.isEmpty() {
		return ""
	}
	return left.String()
}

// remove takes out of s what is in other, and what does not count.
func (s stock) remove(other stock) {
	for id, g := range s.goroutines {
		if _, known := other.goroutines[id]; known || isFramework(g.Maker()) {
			delete(s.goroutines, id)
		}
	}
	for d := range other.descriptors {
		delete(s.descriptors, d)
	}
}

// keep takes out of s what is not in now.
func (s stock) keep(now stock) {
	for id := range s.goroutines {
		g, still := now.goroutines[id]
		if s.goroutines[id] = g; !still { // where it is by now
			delete(s.goroutines, id)
		}
	}
	for d := range s.descriptors {
		if !now.descriptors[d] {
			delete(s.descriptors, d)
		}
	}
}

func (s stock) isEmpty() bool { return len(s.goroutines)+len(s.descriptors) == 0 }

// isFramework reports whether goroutines that a function started belong to what runs a test, and not to it.
func isFramework(maker string) bool {
	return maker == "" || slices.ContainsFunc([]string{
		"testing.", "runtime.", "runtime/pprof.", "runtime/trace.", "os/signal.", "github.com/onsi/ginkgo/",
	}, func(prefix string) bool { return strings.HasPrefix(maker, prefix) })
}

// maxLeaks is how many goroutines and how many descriptors a failure shows.
const maxLeaks = 8

// String returns the stock for people.
func (s stock) String() string {
	var stacks, files []string
	for _, g := range s.goroutines {
		stacks = append(stacks, "\n"+shortStack(g.Stack))
	}
	for d := range s.descriptors {
		files = append(files, d.String())
	}
	slices.Sort(stacks)
	slices.Sort(files)
	text := fmt.Sprintf("%s, %s", words.Count(len(stacks), "goroutine"), words.Count(len(files), "descriptor"))
	for _, all := range [][]string{files, stacks} {
		for _, one := range all[:min(len(all), maxLeaks)] {
			text += "\n" + one
		}
		if more := len(all) - maxLeaks; more > 0 {
			text += fmt.Sprintf("\n(%d more)", more)
		}
	}
	return text
}

// shortStack takes the middle out of a stack that is long.
func shortStack(stack string) string {
	head, frames := framesOf(stack)
	for i, f := range frames {
		if skipped := len(frames) - 2*maxFrames; i == maxFrames && skipped > 0 {
			head += fmt.Sprintf("\n… %d frames …", skipped)
		} else if i < maxFrames || i >= len(frames)-maxFrames {
			head += "\n" + f.String()
		}
	}
	return head
}
