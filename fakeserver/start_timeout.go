package fakeserver

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// beforeTimeout has the servers of all running tests. go test's -timeout ends the program
// without a cleanup: shortly before that they write what a failed test would.
var beforeTimeout timeout

// A timeout has one timer for all, and no goroutine until that fires.
type timeout struct {
	mu      sync.Mutex       // guards what follows
	servers map[*started]int // their order; negative, once it was their turn
	count   int
	flag    time.Time   // the deadline, as the flags have it; zero, as long as they have none
	told    time.Time   // the deadline, as some test told it; zero, if none has
	set     time.Time   // the deadline that the timer is for; zero, if there is nothing to wait for
	timer   *time.Timer // outside of any bubble
}

// maxStories bounds how many servers are described at length.
const maxStories = 16

// lead returns how long before a deadline, for which there is this much time left, the servers
// write: enough for a slow machine, and late enough to see what hangs.
func lead(left time.Duration) time.Duration {
	return min(max(time.Second, left/100), left/10)
}

// add adds a server of a test that runs.
func (w *timeout) add(s *started) {
	deadline, told := deadlineOf(s.tb)
	w.mu.Lock()
	if w.servers == nil {
		w.servers = map[*started]int{}
	}
	w.count++
	w.servers[s] = w.count
	if told {
		w.told = deadline
	} else {
		if w.flag.IsZero() {
			w.flag = flagDeadline()
		}
		deadline = cmp.Or(w.told, w.flag)
	}
	set := !deadline.IsZero() && !deadline.Equal(w.set)
	if set {
		w.set = deadline
	}
	w.mu.Unlock()
	if set {
		outsideBubbles(func() { w.await(deadline) })
	}
}

// remove is add's opposite: the test is about to end.
func (w *timeout) remove(s *started) {
	w.mu.Lock()
	delete(w.servers, s)
	w.mu.Unlock()
}

// deadlineOf asks a test when it must be over. It reports whether the test knows: in a bubble
// T.Deadline panics.
func deadlineOf(tb TB) (deadline time.Time, known bool) {
	t, ok := tb.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return time.Time{}, false
	}
	defer func() {
		if recover() != nil {
			known = false
		}
	}()
	return t.Deadline()
}

// flagDeadline is when go test's -timeout is over, counted from the start of the program,
// where testing counts from M.Run; zero: never, or this is no test, or one that fuzzes, for
// which it does not count.
func flagDeadline() time.Time {
	limit, _ := getFlag("test.timeout").(time.Duration)
	if fuzz, _ := getFlag("test.fuzz").(string); limit <= 0 || fuzz != "" {
		return time.Time{}
	}
	return processStart.Add(limit)
}

// getFlag returns the value of a flag; nil, if there is none.
func getFlag(name string) any {
	if f := flag.Lookup(name); f != nil {
		if g, ok := f.Value.(flag.Getter); ok {
			return g.Get()
		}
	}
	return nil
}

// await sets the timer for a deadline. It needs a clock that is no bubble's.
func (w *timeout) await(deadline time.Time) {
	left := time.Until(deadline)
	if left <= 0 {
		return // as while benchmarks run, which have no deadline
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(left-lead(left), func() { w.tell(os.Stderr, deadline) })
}

// tell lets each server that has not had its turn write: all of them what happened first, and
// then the files, which may take longer.
func (w *timeout) tell(to io.Writer, deadline time.Time) {
	all := w.takeTurns(deadline)
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(to, "\nfakeserver: -timeout is up in %v, and these servers' tests are still running:\n", time.Until(deadline).Round(time.Millisecond))
	for i, s := range all {
		if i == maxStories {
			fmt.Fprintf(to, "… and %s\n", moreServers(len(all)-i))
			break
		}
		fmt.Fprintf(to, "\n%s, at %s", s.test, strings.TrimRight(s.story(server.recorded, moment{}), "\n")+"\n")
	}
	for _, s := range all {
		s.writeUnfinished(to)
	}
}

func moreServers(n int) string {
	if n == 1 {
		return "1 more server"
	}
	return fmt.Sprintf("%d more servers", n)
}

// takeTurns returns the servers whose turn it is, in the order in which they were started: none,
// if another deadline is the right one by now.
func (w *timeout) takeTurns(deadline time.Time) []*started {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !deadline.Equal(w.set) {
		return nil
	}
	w.set = time.Time{} // a server that starts after this gets a turn, too
	var all []*started
	for s, n := range w.servers {
		if n > 0 {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *started) int { return cmp.Compare(w.servers[a], w.servers[b]) })
	for _, s := range all {
		w.servers[s] = -1
	}
	return all
}

// writeUnfinished writes the record of a test that may end meanwhile. Its TB may object to that by
// a panic, or by ending the goroutine, which then does not matter any more.
func (s *started) writeUnfinished(to io.Writer) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { recover() }()
		k := s.keep(server.recorded)
		for line := range strings.Lines(k.lines() + s.summarize(k)) {
			fmt.Fprintf(to, "%s: %s", s.test, line)
		}
		io.WriteString(to, k.attachments())
	}()
	<-done
}
