package fakeserver

import (
	"errors"
	"flag"
	"os"
	"reflect"
	"runtime"
	"strings"
)

// endTest is what a test cleans up. Errorf names the line at which Cleanup was called, helpers
// apart, as this is one.
func (s *started) endTest() {
	failure, log := s.end()
	switch {
	case failure != "":
		s.tb.Helper()
		s.tb.Errorf("%s", failure)
	case log != "":
		s.tb.Helper()
		s.tb.Logf("%s", log)
	}
}

// endSpec is endTest for a spec.
func (s *started) endSpec() error {
	failure, log := s.end()
	switch {
	case failure != "":
		return errors.New(failure)
	case log != "":
		s.tb.Logf("%s", log)
	}
	return nil
}

// A deferrer is a test of Ginkgo's. What fails there is where it says Errorf, and in a cleanup
// no caller of Start is on the stack any more; go test looks at that of Cleanup then. But an
// error that a function given to DeferCleanup returns is where DeferCleanup was called,
// helpers apart.
type deferrer interface{ DeferCleanup(args ...any) }

// deferrerOf returns what GinkgoT() is, and GinkgoTB() has in a field; nil for other tests.
func deferrerOf(tb TB) deferrer {
	if d, ok := tb.(deferrer); ok {
		return d
	}
	if reflect.TypeOf(tb).String() != "*ginkgo.GinkgoTBWrapper" {
		return nil
	}
	field := reflect.ValueOf(tb).Elem().FieldByName("GinkgoT")
	if !field.IsValid() {
		return nil
	}
	d, _ := field.Interface().(deferrer)
	return d
}

// tellsLines reports whether tb puts the caller of Start in front of what fails in a cleanup,
// as package testing does, but not in bubbles: there it finds only itself.
func tellsLines(tb TB) bool {
	t := reflect.TypeOf(tb)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "testing" && !inBubble()
}

// isDying reports whether the caller, a cleanup, runs because the test panics, or ended its
// goroutine other than by FailNow and SkipNow. It has not failed by then: that comes later, with
// the end of the program. A spec of Ginkgo's has, since its cleanups run in goroutines of their
// own; what other tests make of a panic is theirs.
func isDying(tb TB) bool {
	if tb.Failed() || tb.Skipped() {
		return false
	}
	var pcs [64]uintptr
	caller := ""
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			name := runtime.FuncForPC(pc - 1).Name() // of the call, and not of what it returns to
			if caller == "" && !strings.HasPrefix(name, packagePath+".") {
				caller = name
			}
			if name == "runtime.gopanic" || name == "runtime.Goexit" {
				return strings.HasPrefix(caller, "testing.")
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// lastWords writes what a test has to say that is about to end the program, with which the
// logs of benchmarks, and of tests in bubbles, are lost. While go test fuzzes, the program
// goes on, and the logs are collected: then it writes nothing, and reports false.
func lastWords(text string) bool {
	if f := flag.Lookup("test.fuzzworker"); f != nil && f.Value.String() == "true" {
		return false
	}
	os.Stderr.WriteString("\n" + text)
	return true
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
	defer s.leave()
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
