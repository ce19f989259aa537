package fakeserver

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// server is what a test's end needs of a server.
type server interface {
	Wire
	recorded() transcript.Recording
	upstreamRecording() transcript.Recording
	legs(client transcript.Transcript) string
	progress() (p progress, age time.Duration)
	rerun(test string) string
	outcomes() string
}

// A started is a server that Start has started, or the two of StartBoth.
type started struct {
	servers []server
	tb      TB
	test    string                    // its name
	where   string                    // the line that called Start
	told    bool                      // by tb itself, of what fails in a cleanup
	hide    func()                    // ends what showOnRequest began
	shown   atomic.Bool               // what happened, at the test's end
	left    atomic.Bool               // the test is over
	after   atomic.Pointer[aftermath] // of a failure; nil: there was none
}

// end stops s at its test's end: Stop, Verify, capture, write artifacts, in this order. It
// returns what the caller is to say last, because an Errorf may end the test: the failure, or
// what is only to be logged.
func (s *started) end() (failure, log string) {
	defer s.leave()
	failed := s.tb.Failed()
	over, dying := failed || s.tb.Skipped(), isDying(s.tb)
	if failed {
		s.lookBack()
	}
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
	text := s.tell(faults)
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

// tell returns the whole message, and makes the files that it names; none for a test that was skipped, of which nobody
// looks for any.
func (s *started) tell(faults []string) string {
	m := s.failureOf(s.tb.Name())
	text := s.story(server.Recording, m, faults...)
	if s.tb.Skipped() && !s.tb.Failed() {
		return text
	}
	k := s.keep(server.Recording)
	if k.files == nil {
		text += s.hint(text)
	}
	s.addEntry(k, m)
	return text + k.lines() + s.summarize(k) + s.attach(k)
}

// story describes the servers and what happened to them, as far as that is in their records, and where they were at
// the moment of the failure.
func (s *started) story(record func(server) transcript.Recording, m moment, faults ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", s.where)
	if len(faults) > 0 {
		b.WriteString(strings.Join(faults, "\n") + "\n")
	}
	for i, srv := range s.servers {
		t := record(srv).Transcript
		b.WriteString(t.Redact(m.line(i) + srv.outcomes()))
		if line := srv.rerun(s.test); line != "" {
			b.WriteString(t.Redact("to rerun with the same draws: " + line + "\n"))
		}
		b.WriteString(t.String())
		b.WriteString(srv.legs(t))
	}
	return b.String()
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

// stuck is the story of a test that will not come to its end, or of one that came to it
// quietly and left something waiting in its bubble.
func (s *started) stuck() string {
	defer s.leave()
	if s.shown.Load() {
		return ""
	}
	k := s.keep(server.recorded)
	return s.story(server.recorded, moment{}) + k.lines() + s.summarize(k) + k.attachments()
}

// recorded returns what there is as it stands. It touches nothing else of the server, so that a
// goroutine outside of the server's bubble may call it.
func (s *core) recorded() transcript.Recording {
	r := s.compiled().Report()
	return s.recording(s.rec.Snapshot(), r)
}

func (s *core) outcomes() string { return s.compiled().Report().String() }

// rerun returns the command that repeats the server's draws, if it drew.
func (s *core) rerun(test string) string {
	if !s.seed.draws {
		return ""
	}
	return s.seed.rerun(test)
}
