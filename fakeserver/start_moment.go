package fakeserver

import "fmt"

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

// lookBack notes the moment, if that was not done when the test failed: soon nothing keeps its clients any more.
func (s *started) lookBack() {
	if test := s.tb.Name(); s.failure.test != test || s.failure.servers == nil {
		s.failure = s.look(test)
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

// state returns how far a server's clients were; if the test failed only when the server had ended, how many there were.
func (s *started) state(i int) string {
	if s.failure.servers == nil {
		p, _ := s.servers[i].progress()
		return plural(p.conns, p.noun)
	}
	return s.failure.servers[i].state
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
