package fakeserver

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// server is what a test's end needs of a server.
type server interface {
	Wire
	recorded() transcript.Transcript
	rerun(test string) string
	outcomes() string
}

// A started is a server that Start has started, or the two of StartBoth.
type started struct {
	servers []server
	tb      TB
	test    string      // its name
	where   string      // the line that called Start
	told    bool        // by tb itself, of what fails in a cleanup
	hide    func()      // ends what showOnRequest began
	shown   atomic.Bool // what happened, at the test's end
	left    atomic.Bool // the test is over
}

// end stops s at its test's end: Stop, Verify, capture, write artifacts, in this order. It
// returns what the caller is to say last, because an Errorf may end the test: the failure, or
// what is only to be logged.
func (s *started) end() (failure, log string) {
	defer s.leave()
	over, dying := s.tb.Failed() || s.tb.Skipped(), isDying(s.tb)
	var faults []string
	for _, check := range []func(server) error{server.Stop, server.Verify} {
		for _, srv := range s.servers {
			if err := check(srv); err != nil {
				faults = append(faults, err.Error())
			}
		}
	}
	if len(faults) == 0 && !s.tb.Failed() && !dying {
		return "", ""
	}
	s.shown.Store(true)
	text := s.story(server.Transcript, faults...) + s.artifacts(server.Transcript)
	if dying && lastWords(text) {
		return "", ""
	}
	if s.told {
		text = strings.TrimPrefix(text, s.where+": ")
	}
	if over || dying {
		return "", text
	}
	return text, ""
}

// leave lets the test go on without s.
func (s *started) leave() {
	if s.left.CompareAndSwap(false, true) {
		s.hide()
		beforeTimeout.remove(s)
		for range s.servers {
			leaveTest(s.test)
		}
	}
}

// story describes the servers and what happened to them, as far as that is in their records.
func (s *started) story(record func(server) transcript.Transcript, faults ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", s.where)
	if len(faults) > 0 {
		b.WriteString(strings.Join(faults, "\n") + "\n")
	}
	for _, srv := range s.servers {
		t := record(srv)
		b.WriteString(t.Redact(srv.outcomes()))
		if line := srv.rerun(s.test); line != "" {
			b.WriteString(t.Redact("to rerun with the same draws: " + line + "\n"))
		}
		b.WriteString(t.String())
	}
	return b.String()
}

// artifacts writes the whole records, and returns a line for each that says where it is.
func (s *started) artifacts(record func(server) transcript.Transcript) (lines string) {
	for _, srv := range s.servers {
		if line := writeArtifact(s.tb, record(srv)); line != "" {
			lines += line + "\n"
		}
	}
	return lines
}

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

// lastWords writes the text of a test that is about to end the program: the logs of
// benchmarks, and of tests in bubbles, are lost with it. While go test fuzzes, the program
// goes on, and the logs are collected: then it writes nothing, and reports false.
func lastWords(text string) bool {
	if f := flag.Lookup("test.fuzzworker"); f != nil && f.Value.String() == "true" {
		return false
	}
	os.Stderr.WriteString("\n" + text)
	return true
}

// showOnRequest adds s to what a test shows when it is asked what it is doing, as Ginkgo's are
// before they time out, until the function that it returns is called. A test in one of nettest's
// bubbles is asked if the bubble gets stuck, in which case no cleanup runs.
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
	return r.AttachProgressReporter(func() string { return s.story(server.recorded) })
}

// stuck is the story of a test that will not come to its end, or of one that came to it
// quietly and left something waiting in its bubble.
func (s *started) stuck() string {
	defer s.leave()
	if s.shown.Load() {
		return ""
	}
	return s.story(server.recorded) + s.artifacts(server.recorded)
}

// recorded returns the record as it stands. It touches nothing else of the server, so that a
// goroutine outside of the server's bubble may call it.
func (s *core) recorded() transcript.Transcript { return s.rec.Snapshot() }

func (s *core) outcomes() string { return s.compiled().Report().String() }

// rerun returns the command that repeats the server's draws, if it drew.
func (s *core) rerun(test string) string {
	if !s.seed.draws {
		return ""
	}
	return s.seed.rerun(test)
}
