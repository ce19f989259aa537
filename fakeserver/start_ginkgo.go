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
	return r.AttachProgressReporter(func() string { return s.progressLines() + s.story(server.recorded, moment{}) })
}

// progressLines returns a line for each server that says how far its clients are.
func (s *started) progressLines() string {
	var b strings.Builder
	for _, srv := range s.servers {
		p, age := srv.progress()
		b.WriteString(srv.recorded().Transcript.Redact(p.withTime(age)) + "\n")
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
	if !ok {
		return
	}
	s.tb.Helper()
	switch nodeOf(g.RenderTimeline()) {
	case "It", "BeforeEach", "JustBeforeEach":
		g.DeferOnFailure(func() { s.specFailed() })
	case "BeforeAll", "BeforeSuite":
		g.DeferOnFailure(s.oneSpecFailed)
	} // in others Ginkgo ends the program
}

// entered finds in a timeline which nodes were entered. It has colors.
var entered = regexp.MustCompile(`(?m)^\s*> Enter (?:\x1b\[[0-9;]*m)*\[([^\]]+)\]`)

// nodeOf returns the kind of the node in which a spec with this timeline is, which is told nowhere else; "": that can't be
// told.
func nodeOf(timeline string) string {
	all := entered.FindAllStringSubmatch(timeline, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

// specFailed notes where the servers are when a spec has failed, and leaves its files. After a cleanup that failed,
// which is s's own, there is nothing to note, and it returns nil.
func (s *started) specFailed() *kept {
	if s.left.Load() {
		return nil
	}
	m := s.look(s.tb.Name())
	for i, srv := range s.servers {
		m.servers[i].after = srv.Transcript().Len()
	}
	s.note(m)
	k := s.keep(server.Recording)
	s.addEntry(k, m)
	return k
}

// oneSpecFailed is specFailed for servers that may go on to other specs, and won't say anything of this one then.
func (s *started) oneSpecFailed() {
	if k := s.specFailed(); k != nil {
		s.attach(k)
		s.tb.Logf("%s", s.where+": this server goes on; so far it has:\n"+s.story(server.Recording, s.failureOf(s.tb.Name()))+k.lines()+s.summarize(k))
	}
}
