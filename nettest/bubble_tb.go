package nettest

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
)

// A bubbleTB is the test that a bubble's body sees. It collects what the body reports until
// the bubble is gone.
type bubbleTB struct {
	bubbleServers
	outer   fakeserver.TB
	name    string
	skipped bool

	mu       sync.Mutex // guards what follows
	helpers  map[string]bool
	failed   bool
	fatal    bool
	failures []string
	log      []string
	entries  []reportEntry
	cleanups []func()
	panicked any
}

// A reportEntry is one for the report of the test outside.
type reportEntry struct {
	name string
	args []any
}

// run runs body, and then its cleanups, the last one first.
func (tb *bubbleTB) run(body func()) {
	tb.call(body)
	for {
		f := tb.nextCleanup()
		if f == nil {
			return
		}
		tb.call(f)
	}
}

// call runs f in a goroutine that Fatalf may end.
func (tb *bubbleTB) call(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { tb.caught(recover()) }()
		f()
	}()
	<-done
}

// caught keeps the first panic for the goroutine outside of the bubble.
func (tb *bubbleTB) caught(p any) {
	if p == nil {
		return
	}
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.failed = true
	tb.log = append(tb.log, fmt.Sprintf("panic in the bubble: %v\n%s", p, debug.Stack()))
	if tb.panicked == nil {
		tb.panicked = p
	}
}

func (tb *bubbleTB) nextCleanup() func() {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if len(tb.cleanups) == 0 {
		return nil
	}
	last := len(tb.cleanups) - 1
	f := tb.cleanups[last]
	tb.cleanups = tb.cleanups[:last]
	return f
}

// report tells the test outside what was collected. Failures come last, since a Fatalf does
// not return.
func (tb *bubbleTB) report(outer fakeserver.TB, stuck string) {
	outer.Helper()
	tb.mu.Lock()
	log, failures, panicked, fatal, entries := tb.log, slices.Clone(tb.failures), tb.panicked, tb.fatal, tb.entries
	tb.mu.Unlock()
	if reporter, ok := outer.(reportEntrier); ok {
		for _, e := range entries {
			reporter.AddReportEntryVisibilityFailureOrVerbose(e.name, e.args...)
		}
	}
	for _, line := range log {
		outer.Logf("%s", line)
	}
	if stuck != "" {
		if text := tb.tell(); text != "" {
			outer.Logf("%s", text)
		}
		failures, fatal = append(failures, stuck), true
	}
	text := strings.Join(failures, "\n")
	switch {
	case panicked != nil:
		if text != "" {
			outer.Logf("%s", text)
		}
		panic(panicked)
	case fatal:
		outer.Fatalf("%s", text)
	case text != "":
		outer.Errorf("%s", text)
	}
}

// A reportEntrier is a test of Ginkgo's.
type reportEntrier interface {
	AddReportEntryVisibilityFailureOrVerbose(name string, args ...any)
}

// AddReportEntryVisibilityFailureOrVerbose is for fakeserver.Start, which finds it by its name. The test outside is told after
// the bubble: Ginkgo may send the entry to another process, for which no bubble's clock should wait.
func (tb *bubbleTB) AddReportEntryVisibilityFailureOrVerbose(name string, args ...any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.entries = append(tb.entries, reportEntry{name, args})
}

// ArtifactDir is for fakeserver.Start, too.
func (tb *bubbleTB) ArtifactDir() string { return fakeserver.ArtifactDir(tb.outer) }

func (tb *bubbleTB) Name() string  { return tb.name }
func (tb *bubbleTB) Skipped() bool { return tb.skipped }

func (tb *bubbleTB) Failed() bool {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return tb.failed
}

func (tb *bubbleTB) Cleanup(f func()) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.cleanups = append(tb.cleanups, f)
}

func (tb *bubbleTB) Logf(format string, args ...any) {
	text := fmt.Sprintf(format, args...) // before the lock: args may call methods of tb
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.log = append(tb.log, tb.lineLocked()+text)
}

func (tb *bubbleTB) Errorf(format string, args ...any) { tb.fail(false, format, args...) }

func (tb *bubbleTB) Fatalf(format string, args ...any) {
	tb.fail(true, format, args...)
	runtime.Goexit()
}

func (tb *bubbleTB) fail(fatal bool, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.failed = true
	tb.fatal = tb.fatal || fatal
	tb.failures = append(tb.failures, tb.lineLocked()+text)
}

// Helper marks its caller: failures are not at its lines.
func (tb *bubbleTB) Helper() {
	pc, _, _, _ := runtime.Caller(1)
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.helpers == nil {
		tb.helpers = map[string]bool{}
	}
	tb.helpers[runtime.FuncForPC(pc).Name()] = true
}

// lineLocked returns the file and line of the caller, or "" in a cleanup that a helper registered.
func (tb *bubbleTB) lineLocked() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		own := strings.Contains(f.Function, ".(*bubbleTB).")
		if !own && !tb.helpers[f.Function] && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s:%d: ", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}
