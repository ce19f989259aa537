package nettest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A bubble runs in a goroutine of its own, so that one that will never end can be left
// behind: nobody can end its goroutines.
type bubble struct {
	mark atomic.Pointer[string] // what its goroutines are marked with in stack traces
	over chan ending
}

// An ending is how a bubble ended.
type ending struct {
	stuck    string // why it did not
	failed   bool   // by t.FailNow
	panicked any
}

// A bubble that has not changed for so many looks in a row, in which nobody works and
// somebody waits for a lock, never will.
const (
	standstillLook  = 500 * time.Millisecond
	standstillLooks = 4
)

// inBubble runs f in a bubble. If that does not come to an end, the ending says who is in
// the way. A panic goes on here.
func inBubble(t *testing.T, f func(*testing.T)) ending {
	b := &bubble{over: make(chan ending, 1)}
	go b.run(t, f)
	tick := time.NewTicker(standstillLook)
	defer tick.Stop()
	before, looks := "", 0
	for {
		select {
		case end := <-b.over:
			if end.panicked != nil {
				panic(end.panicked)
			}
			return end
		case <-tick.C:
		}
		if looks++; looks == 1 {
			continue // most are over long before
		}
		now := b.standstill()
		if now == "" || now != before {
			before, looks = now, 1
		}
		if looks > standstillLooks {
			now = briefStacks(strings.Split(now, "\n\n"))
			return ending{stuck: "deadlock: the clock of the bubble stands still. It goes on while everybody waits for channels, conditions and timers made in the bubble, " +
				"and somebody waits for a lock, which does not count:\n" + now}
		}
	}
}

// run makes the bubble, and says how it ended.
func (b *bubble) run(t *testing.T, f func(*testing.T)) {
	end := ending{failed: true} // unless it comes back from Test
	defer func() {
		p := recover()
		// The runtime's type for it has no name outside, but its words are documented.
		if text := fmt.Sprint(p); p != nil && strings.HasPrefix(text, "deadlock: ") {
			end = ending{stuck: text + "\n" + briefStacks(b.stacks())}
		} else if p != nil {
			end.panicked = p
		}
		b.over <- end
	}()
	synctest.Test(t, func(t *testing.T) {
		b.mark.Store(ownMark())
		f(t)
	})
	end.failed = false
}

// ownMark returns what the goroutines of this bubble are marked with.
func ownMark() *string {
	var buf [100]byte
	head, _, _ := strings.Cut(string(buf[:runtime.Stack(buf[:], false)]), "]")
	_, mark, _ := strings.Cut(head, "synctest")
	mark = "synctest" + mark + "]"
	return &mark
}

// stacks returns the stacks of the bubble's goroutines, which are in an order of their own.
func (b *bubble) stacks() []string {
	mark := b.mark.Load()
	if mark == nil {
		return nil
	}
	var all []string
	for g := range strings.SplitSeq(allStacks(), "\n\n") {
		if head, _, _ := strings.Cut(g, "\n"); strings.Contains(head, *mark) {
			all = append(all, g)
		}
	}
	slices.Sort(all)
	return all
}

// allStacks returns the stacks of all goroutines of the process.
func allStacks() string {
	for size := 1 << 20; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return string(buf[:n])
		}
	}
}

// standstill returns the stacks of a bubble in which everybody waits, and somebody for a
// lock; "" of any other.
func (b *bubble) standstill() string {
	all := b.stacks()
	locked := false
	for _, g := range all {
		switch state := stateOf(g); {
		case strings.HasSuffix(state, "(durable)"):
		case strings.HasPrefix(state, "sync.Mutex"), strings.HasPrefix(state, "sync.RWMutex"):
			locked = true
		default:
			return ""
		}
	}
	if !locked {
		return ""
	}
	return strings.Join(all, "\n\n")
}

// stateOf returns the state in a stack's first line: "goroutine 7 [select (durable), 2
// minutes, synctest bubble 1]:".
func stateOf(stack string) string {
	_, state, _ := strings.Cut(stack, "[")
	state, _, _ = strings.Cut(state, "]")
	state, _, _ = strings.Cut(state, ",")
	return state
}
