package fakeserver

import (
	"reflect"
	"regexp"
	"strings"
)

// What Ginkgo's tests can do besides. It is found by its methods, since this package does not import Ginkgo.

// A deferrer is a test of Ginkgo's. Ginkgo reports a failure at the line of its Errorf, and in a
// cleanup no caller of Start is on the stack any more; go test takes the line of Cleanup then.
// But an error that a function given to DeferCleanup returns is reported at the line of
// DeferCleanup, helpers apart.
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

// abilitiesOf returns what has the abilities of a test that go beyond TB: GinkgoT(), for GinkgoTB(), else tb itself.
func abilitiesOf(tb TB) any {
	if d := deferrerOf(tb); d != nil {
		return d
	}
	return tb
}

// showOnRequest adds s to what a test shows when it is asked what it is doing, as Ginkgo's are
// before they time out, until the function that it returns is called. A test in one of nettest's
// bubbles is asked if the bubble gets stuck, in which case no cleanup runs.
func (s *started) showOnRequest() (hide func()) {
	if b, ok := s.tb.(interface{ ShowWhenStuck(func() string) }); ok {
		b.ShowWhenStuck(s.stuck)
		return func() {}
	}
	r, ok := abilitiesOf(s.tb).(interface {
		AttachProgressReporter(func() string) func()
	})
	if !ok {
		return func() {}
	}
	return r.AttachProgressReporter(func() string { return s.progressLines() + s.story(server.recorded) })
}

// progressLines returns a line for each server that says how far its clients are.
func (s *started) progressLines() string {
	var b strings.Builder
	for _, srv := range s.servers {
		p, age := srv.progress()
		b.WriteString(p.withTime(age) + "\n")
	}
	return b.String()
}

// onFailure has the spec's failure noticed when it happens, before its teardown changes anything, and even if that hangs.
// Ginkgo can do that since 2.34. A server that serves many specs, as one of BeforeSuite, leaves files for each that
// fails.
func (s *started) onFailure() {
	g, ok := abilitiesOf(s.tb).(interface {
		DeferOnFailure(args ...any)
		RenderTimeline() string
	})
	if ok && canDeferOnFailure(g.RenderTimeline()) {
		s.tb.Helper()
		g.DeferOnFailure(s.specFailed)
	}
}

// entered finds in a timeline which nodes were entered. It has colors.
var entered = regexp.MustCompile(`(?m)^\s*> Enter (?:\x1b\[[0-9;]*m)*\[([^\]]+)\]`)

// canDeferOnFailure reports whether a spec with this timeline is in a node in which DeferOnFailure may be called. In others
// Ginkgo ends the program, and a test is not told where it is but in that text.
func canDeferOnFailure(timeline string) bool {
	all := entered.FindAllStringSubmatch(timeline, -1)
	if len(all) == 0 {
		return false
	}
	switch all[len(all)-1][1] {
	case "It", "BeforeEach", "JustBeforeEach", "BeforeAll", "BeforeSuite":
		return true
	}
	return false
}

// specFailed notes where the servers are when a spec has failed, and leaves its files. What it finds in a cleanup that failed
// is nothing new: that was s's own.
func (s *started) specFailed() {
	if s.left.Load() {
		return
	}
	m := s.look(s.tb.Name())
	for i, srv := range s.servers {
		m.servers[i].after = srv.Transcript().Len()
	}
	s.note(m)
	k := s.keep(server.Recording)
	s.addEntry(k)
	if m.test != s.test { // it goes on to other specs, and will not say anything of this one
		s.attach(k)
		s.tb.Logf("%s", strings.TrimSuffix(s.where+": the test failed after what "+s.test+" has recorded so far:\n"+k.lines()+s.summarize(k), "\n"))
	}
}
