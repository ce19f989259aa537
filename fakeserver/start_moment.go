package fakeserver

import (
	"fmt"
	"sync"
)

// A moment is where the servers of a test were when it failed, which what they leave does not tell. Its zero value says
// nothing.
type moment struct {
	test    string // that failed
	servers []standing
}

// A standing is where a server was.
type standing struct {
	after   int    // its last event by then; 0: that is not known
	state   string // of its clients
	stopped bool   // something kept them from going on
}

// An aftermath is what a started has only once its test has failed.
type aftermath struct {
	mu      sync.Mutex // guards what follows: a test that is about to be ended by -timeout is told of by another goroutine
	failure moment
	kept    kept
	entry   string // the test that has its report entry
	table   string // the test that is in the summary of a step
}

// first reports whether a test has not got something yet, of which the last that has is in got: from then on it has.
func (a *aftermath) first(got *string, test string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	had := *got == test
	*got = test
	return !had
}

// afterFailure returns the aftermath, which it makes.
func (s *started) afterFailure() *aftermath {
	if s.after.Load() == nil {
		s.after.CompareAndSwap(nil, new(aftermath))
	}
	return s.after.Load()
}

// failureOf returns the moment of a test's failure, as far as it is known.
func (s *started) failureOf(test string) moment {
	a := s.after.Load()
	if a == nil {
		return moment{}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure.test != test {
		return moment{} // a server may serve several tests
	}
	return a.failure
}

// note keeps the moment of a failure.
func (s *started) note(m moment) {
	a := s.afterFailure()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failure = m
}

// lookBack notes the moment, if that was not done when the test failed: soon nothing keeps its clients any more.
func (s *started) lookBack() {
	if test := s.tb.Name(); s.failureOf(test).servers == nil {
		s.note(s.look(test))
	}
}

// look returns the present moment.
func (s *started) look(test string) moment {
	m := moment{test: test}
	for _, srv := range s.servers {
		p, _ := srv.progress()
		m.servers = append(m.servers, standing{state: p.String(), stopped: p.refuses != "" || len(p.stopped) > 0})
	}
	return m
}

// line returns what there is to say of a server; "" for nothing.
func (m *moment) line(i int) string {
	if m.servers == nil {
		return ""
	}
	switch at := m.servers[i]; {
	case at.after > 0 && at.stopped:
		return fmt.Sprintf("the test failed after event %d: %s\n", at.after, at.state)
	case at.after > 0:
		return fmt.Sprintf("the test failed after event %d\n", at.after)
	case at.stopped:
		return "at the test's end: " + at.state + "\n"
	}
	return ""
}
