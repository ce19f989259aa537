package explore

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A profile is what healthy runs show: where things can go wrong. It is plain data.
type profile struct {
	Streams  []stream      // by connection, to the client first
	Memory   bool          // the search runs in memory
	Deadline time.Duration // the client's own: how long it waits on a wire that says nothing, rounded down
	Bound    time.Duration // of a step
	Varying  []string      // steps whose answers differ from run to run
	Notes    []string      // what the search has to go without, in words
	Record   string        // of the first healthy run, as a recording's file; empty where nothing is compared with it
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

// agreeOn notes up to where another run says the same.
func (p *profile) agreeOn(differences iter.Seq[transcript.Difference]) {
	for d := range differences {
		for i := range p.Streams {
			s := &p.Streams[i]
			if s.Conn != d.Conn || s.Direction != d.Direction {
				continue
			}
			switch d.Aspect {
			case transcript.InBytes:
				s.Same = min(s.Same, d.A.Offset)
			case transcript.InDatagrams:
				s.Same = min(s.Same, max(d.A.Offset-1, 0))
			}
		}
	}
}

// fileOf returns the record as a recording's file.
func fileOf(t transcript.Transcript) string {
	var file strings.Builder
	transcript.Recording{Transcript: t}.WriteTo(&file) // a Builder has no errors, and there is nothing that has no JSON
	return file.String()
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
