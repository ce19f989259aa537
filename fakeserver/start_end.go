package fakeserver

import (
	"errors"
	"flag"
	"os"
	"reflect"
	"runtime"
)

// atEnd calls end when tb's test is over. What that returns fails the test, where Start was
// called.
func atEnd(tb TB, end func() string) {
	tb.Helper()
	if g := deferrerOf(tb); g != nil {
		g.DeferCleanup(func() error {
			tb.Helper()
			if text := end(); text != "" {
				return errors.New(text)
			}
			return nil
		})
		return
	}
	tb.Cleanup(func() {
		tb.Helper()
		if text := end(); text != "" {
			tb.Errorf("%s", text)
		}
	})
}

// A deferrer is a test of Ginkgo's. What fails there is where it says Errorf, and in a cleanup
// no caller of Start is on the stack any more; go test looks at that of Cleanup then. But an
// error that a function given to DeferCleanup returns is where DeferCleanup was called,
// helpers apart.
type deferrer interface{ DeferCleanup(args ...any) }

// deferrerOf returns what GinkgoT() is, and GinkgoTB() has in a field of that name; nil for
// other tests.
func deferrerOf(tb TB) deferrer {
	if d, ok := tb.(deferrer); ok {
		return d
	}
	if v := reflect.ValueOf(tb); v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		if f := v.Elem().FieldByName("GinkgoT"); f.IsValid() && f.CanInterface() {
			d, _ := f.Interface().(deferrer)
			return d
		}
	}
	return nil
}

// tellsLines reports whether tb puts the caller of Start in front of what fails in a cleanup,
// as package testing does, but not in bubbles: there it finds only itself.
func tellsLines(tb TB) bool {
	t := reflect.TypeOf(tb)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "testing" && !inBubble()
}

// isDying reports whether the caller, a cleanup, runs because the test panics, or ended its
// goroutine other than by FailNow and SkipNow. It has not failed by then: that comes later. A
// spec of Ginkgo's has, since its cleanups run in goroutines of their own.
func isDying(tb TB) bool {
	if tb.Failed() || tb.Skipped() {
		return false
	}
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if f.Function == "runtime.gopanic" || f.Function == "runtime.Goexit" {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// lastWords is Logf for a test that is about to end the program: the logs of
// benchmarks, and of tests in bubbles, are lost with it. While go test fuzzes it goes on,
// and collects the logs.
func lastWords(tb TB, text string) {
	tb.Helper()
	if f := flag.Lookup("test.fuzzworker"); f != nil && f.Value.String() == "true" {
		tb.Logf("%s", text)
		return
	}
	os.Stderr.WriteString("\n" + text)
}

// showOnRequest lets a test that can be asked what it is doing, as Ginkgo's are before they
// time out, tell of s, until the function that it returns is called. A test in a bubble of
// nettest's is asked if that gets stuck, in which case no cleanup runs.
func (s *started) showOnRequest() (hide func()) {
	if b, ok := s.tb.(interface{ ShowWhenStuck(func() string) }); ok {
		b.ShowWhenStuck(s.stuck)
		return func() {}
	}
	var tb any = s.tb
	if d := deferrerOf(s.tb); d != nil {
		tb = d
	}
	r, ok := tb.(interface {
		AttachProgressReporter(func() string) func()
	})
	if !ok {
		return func() {}
	}
	return r.AttachProgressReporter(func() string { return s.story(s.recorded()) })
}

// stuck is the story of a test that will not come to its end, or of one that came to it
// quietly and left something waiting in its bubble.
func (s *started) stuck() string {
	if s.shown.Load() {
		return ""
	}
	record := s.recorded()
	text := s.story(record)
	if line := writeArtifact(s.tb, record); line != "" {
		text += line + "\n"
	}
	return text
}
