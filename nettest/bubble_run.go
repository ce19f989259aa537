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

	"github.com/fakewire/fakewire/nettest/internal/process"
)

// A bubble runs in a goroutine of its own, so that one that will never end can be left
// behind: its goroutines can't be ended.
type bubble struct {
	mark atomic.Pointer[string] // its goroutines have it in stack traces
	over chan ending
}

// An ending is how a bubble ended, or that it did not.
type ending struct {
	stuck    string // why it did not end
	still    bool   // for that its clock stands still
	failed   bool   // by t.FailNow
	panicked any
}

// A bubble is stuck if it is seen unchanged this many times in a row, with no goroutine
// running and one waiting for a lock.
const (
	standstillInterval = 500 * time.Millisecond
	standstillCount    = 4
)

// inBubble runs f in a bubble, and looks at it after each interval. If that does not end, the ending says what is in
// the way. A panic goes on here.
func inBubble(t *testing.T, interval time.Duration, f func(*testing.T)) ending {
	b := &bubble{over: make(chan ending, 1)}
	go b.run(t, f)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	before, same, looks := "", 0, 0
	for {
		select {
		case end := <-b.over:
			if end.panicked != nil {
				panic(end.panicked)
			}
			return end
		case <-tick.C:
		}
		if looks++; time.Duration(looks)*interval == time.Minute {
			tick.Reset(time.Minute) // somebody has left it behind
		}
		if same++; same == 1 {
			continue // most bubbles have ended long before
		}
		now := b.standstill()
		if now == "" || now != before {
			before, same = now, 1
		}
		if same > standstillCount {
			now = briefStacks(strings.Split(now, "\n\n"))
			return ending{still: true, stuck: "deadlock: the clock of the bubble stands still. It advances only while all goroutines wait for channels, conditions " +
				"and timers made in the bubble, and one of them waits for a lock, which does not count:\n" + now}
		}
	}
}

// run makes the bubble, and sends how it ended.
func (b *bubble) run(t *testing.T, f func(*testing.T)) {
	end := ending{failed: true} // unless Test returns
	defer func() {
		p := recover()
		// The runtime's type for it is not exported, but its text is documented.
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

// ownMark returns what the stack traces of this bubble's goroutines have in common.
func ownMark() *string {
	var buf [100]byte
	head, _, _ := strings.Cut(string(buf[:runtime.Stack(buf[:], false)]), "]")
	_, mark, _ := strings.Cut(head, "synctest")
	mark = "synctest" + mark + "]"
	return &mark
}

// stacks returns the stacks of the bubble's goroutines, in an order that does not change.
func (b *bubble) stacks() []string {
	mark := b.mark.Load()
	if mark == nil {
		return nil
	}
	var all []string
	for _, g := range process.Goroutines() {
		if head, _, _ := strings.Cut(g.Stack, "\n"); strings.Contains(head, *mark) {
			all = append(all, g.Stack)
		}
	}
	slices.Sort(all)
	return all
}

// standstill returns the stacks of a bubble in which every goroutine waits, and one of them
// for a lock, or "" for any other bubble.
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

// stateOf returns the state from a stack's first line, such as "select (durable)" from
// "goroutine 7 [select (durable), 2 minutes, synctest bubble 1]:".
func stateOf(stack string) string {
	_, state, _ := strings.Cut(stack, "[")
	state, _, _ = strings.Cut(state, "]")
	state, _, _ = strings.Cut(state, ",")
	return state
}
