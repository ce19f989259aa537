package explore

import (
	"fmt"
	"slices"
	"time"
)

// A profile is what healthy runs show: where things can go wrong. It is plain data.
type profile struct {
	Streams  []stream      // by connection, to the client first
	Memory   bool          // the search runs in memory
	Deadline time.Duration // the client's own: how long it waits on a wire that says nothing, rounded down
	Bound    time.Duration // of a step
	Varying  []string      // steps whose answers differ from run to run
	Notes    []string      // what the search has to go without, in words
}

// measured takes in what a wire that says nothing has shown.
func (p *profile) measured(m measurement) {
	p.Deadline, p.Bound = m.Deadline, m.Bound
	if m.Note != "" {
		p.Notes = append(p.Notes, m.Note)
	}
}

// agree notes up to where another run has the same streams.
func (p *profile) agree(others []stream) {
	for i := range p.Streams {
		s := &p.Streams[i]
		j := slices.IndexFunc(others, func(o stream) bool { return o.Conn == s.Conn && o.Direction == s.Direction })
		if j < 0 {
			s.Steady = 0
			continue
		}
		s.Steady = min(s.Steady, s.steadyWith(others[j]))
	}
}

// split parts the streams of a healthy wire: those of connections on which something new is said, and
// those of connections whose dialogue is that of an earlier one, byte count by byte count, as where
// each call has a connection of its own. The latter can wait.
func (p profile) split() (news, twins profile) {
	news, twins = p, p
	news.Streams, twins.Streams = nil, nil
	seen := map[string]bool{}
	for n := 1; ; n++ {
		conn := slices.DeleteFunc(slices.Clone(p.Streams), func(s stream) bool { return s.Conn != n })
		if len(conn) == 0 {
			return news, twins
		}
		shape := ""
		for _, s := range conn {
			shape += fmt.Sprintln(s.Direction, s.Length, s.Messages, s.Writes)
		}
		if seen[shape] {
			twins.Streams = append(twins.Streams, conn...)
		} else {
			news.Streams = append(news.Streams, conn...)
		}
		seen[shape] = true
	}
}
