package alarm

import (
	"container/heap"
	"runtime"
	"sync"
	"time"
)

// mu guards all watches and items: there are few, and nothing waits while it holds it.
var (
	mu      sync.Mutex
	present *watch        // what new items go to; nil: nothing waits
	leaving int           // goroutines that are about to end
	left    chan struct{} // closed when leaving is zero again
)

// leaveLocked counts a goroutine that is about to end. It needs mu.
func leaveLocked() {
	if leaving++; leaving == 1 {
		left = make(chan struct{})
	}
}

func hasLeft() {
	mu.Lock()
	defer mu.Unlock()
	if leaving--; leaving == 0 {
		close(left)
	}
}

// A watch is a goroutine that waits for all items there are. It ends when there are none: the next item gets another.
type watch struct {
	sleeper sleeper
	items   [Precise + 1]items
}

// A sleeper wakes a watch.
type sleeper interface {
	// arm lets wait return after d, which replaces what was armed before. If zero, it returns at once. It needs mu.
	arm(d time.Duration)
	wait()
	// lead is how much later than armed wait may return, on a machine that is not busy.
	lead() time.Duration
	close()
}

// An item is one alarm. All needs mu.
type item struct {
	due   time.Time
	ring  func()
	of    *watch
	grade Grade
	index int // in its heap; -1: it has rung, or was stopped
}

func (it *item) set(g Grade) {
	mu.Lock()
	defer mu.Unlock()
	if present == nil {
		present = &watch{sleeper: newSleeper()}
		defer func(w *watch) { go w.run() }(present)
	}
	it.of, it.grade = present, g
	heap.Push(&it.of.items[g], it)
	if it.index == 0 {
		it.of.sleeper.arm(it.of.leftLocked(time.Now()))
	}
}

func (it *item) stop() {
	mu.Lock()
	defer mu.Unlock()
	if it.index < 0 {
		return
	}
	w := it.of
	heap.Remove(&w.items[it.grade], it.index)
	if w.retireLocked() {
		w.sleeper.arm(0)
	}
}

// retireLocked lets the watch end if there is nothing to wait for. It needs mu.
func (w *watch) retireLocked() bool {
	if w != present || len(w.items[Punctual])+len(w.items[Precise]) > 0 {
		return false
	}
	present = nil
	leaveLocked()
	return true
}

// run is the goroutine.
func (w *watch) run() {
	defer w.leave()
	for {
		switch spins, ends := w.look(); {
		case ends:
			return
		case spins:
			runtime.Gosched()
		default:
			w.sleeper.wait()
		}
	}
}

// look rings what is due. It reports whether the next item is so near that there is to be no sleep before it, and
// whether there is none.
func (w *watch) look() (spins, ends bool) {
	mu.Lock()
	defer mu.Unlock()
	now := time.Now()
	for g := range w.items {
		for all := &w.items[g]; len(*all) > 0 && !(*all)[0].due.After(now); {
			heap.Pop(all).(*item).ring()
		}
	}
	if w != present || w.retireLocked() {
		return false, true
	}
	d := w.leftLocked(now)
	if d > 0 {
		w.sleeper.arm(d)
	}
	return d <= 0, false
}

// leftLocked returns how long the sleeper may sleep. It needs mu.
func (w *watch) leftLocked(now time.Time) time.Duration {
	d := never
	if all := w.items[Punctual]; len(all) > 0 {
		d = all[0].due.Sub(now)
	}
	if all := w.items[Precise]; len(all) > 0 {
		d = min(d, all[0].due.Sub(now)-w.sleeper.lead())
	}
	return max(d, 0)
}

func (w *watch) leave() {
	runtime.Gosched() // what has rung goes first
	w.sleeper.close()
	hasLeft()
}

// Settle waits until no goroutine is left of what has rung or was stopped. That is soon.
func Settle() {
	mu.Lock()
	waits, ch := leaving > 0, left
	mu.Unlock()
	if waits {
		<-ch
	}
}

// items is a heap by time.
type items []*item

func (h items) Len() int           { return len(h) }
func (h items) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h items) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *items) Push(x any) {
	it := x.(*item)
	it.index = len(*h)
	*h = append(*h, it)
}
func (h *items) Pop() any {
	old := *h
	it := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	it.index = -1
	return it
}
