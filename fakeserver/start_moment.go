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
	after int    // its last event by then; 0: that is not known
	state string // of its clients, if something kept them from going on
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
		at := standing{}
		if p.refuses != "" || len(p.stopped) > 0 {
			at.state = p.String()
		}
		m.servers = append(m.servers, at)
	}
	return m
}

// line returns what there is to say of a server; "" for nothing.
func (m *moment) line(i int) string {
	if m.servers == nil {
		return ""
	}
	switch at := m.servers[i]; {
	case at.after > 0 && at.state != "":
		return fmt.Sprintf("the test failed after event %d: %s\n", at.after, at.state)
	case at.after > 0:
		return fmt.Sprintf("the test failed after event %d\n", at.after)
	case at.state != "":
		return "at the test's end: " + at.state + "\n"
	}
	return ""
}
