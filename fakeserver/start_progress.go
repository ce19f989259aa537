package fakeserver

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A progress is how far the clients of a server have come, as its record has it.
type progress struct {
	noun    string // of what is counted: "conn", "peer"
	conns   int
	open    map[int]bool
	stopped map[stoppedKey]transcript.Event // by which rule, and where
	refuses string                          // why it refuses what comes; empty: it does not
	passed  time.Duration                   // when bytes last passed; negative: none did

	rules map[string]fault.Rule // by key
}

// A stoppedKey is a direction of a connection; Neither: all of it.
type stoppedKey struct {
	conn int
	dir  transcript.Direction
}

// maxStopped bounds how many stopped streams a progress names.
const maxStopped = 4

// progressOf goes through a record. now is the server's age, on which it depends whether a Stall is over;
// negative: it is not known.
func progressOf(t transcript.Transcript, r fault.Report, now time.Duration) progress {
	p := progress{noun: "conn", conns: t.Conns(), open: map[int]bool{}, stopped: map[stoppedKey]transcript.Event{}, passed: -1, rules: map[string]fault.Rule{}}
	if t.Header().IsOfDatagrams() {
		p.noun = "peer"
	}
	for _, o := range r.Rules {
		if !o.Removed {
			p.rules[o.Key] = o.Rule
		}
	}
	for e := range t.All() {
		p.add(e)
	}
	maps.DeleteFunc(p.stopped, func(_ stoppedKey, e transcript.Event) bool {
		stall, is := p.rules[e.Rule].Fault.(fault.Stall)
		return is && stall.For > 0 && now >= e.At+stall.For
	})
	return p
}

// add takes in the next event.
func (p *progress) add(e transcript.Event) {
	key := stoppedKey{e.Conn, e.Direction}
	switch e.Kind {
	case transcript.Accept:
		p.open[e.Conn] = true
		p.refuses = ""
	case transcript.Close:
		delete(p.open, e.Conn)
		maps.DeleteFunc(p.stopped, func(k stoppedKey, _ transcript.Event) bool { return k.conn == e.Conn })
	case transcript.Data, transcript.Discarded, transcript.FIN, transcript.RST, transcript.Datagram:
		if e.Kind != transcript.FIN && e.Kind != transcript.RST {
			p.passed = e.At
		}
		if by, is := p.stopped[key]; is && e.Offset >= by.Offset {
			delete(p.stopped, key)
		}
		delete(p.stopped, stoppedKey{conn: e.Conn})
	case transcript.Fault:
		if p.stops(e.Rule) {
			p.stopped[key] = e
		}
	case transcript.Refused:
		p.refuses, _, _ = strings.Cut(e.Text, ":")
	case transcript.Note:
		p.addNote(e.Text)
	}
}

// addNote takes in what a note says of a gate, or of the server.
func (p *progress) addNote(text string) {
	if strings.HasPrefix(text, "up:") {
		p.refuses = ""
	}
	maps.DeleteFunc(p.stopped, func(_ stoppedKey, by transcript.Event) bool {
		hold, is := p.rules[by.Rule].Fault.(fault.Hold)
		return is && text == gateNote(hold.Gate, gateReleased)
	})
}

// stops reports whether a rule of the plan as it is now stops streams.
func (p *progress) stops(rule string) bool {
	switch p.rules[rule].Fault.(type) {
	case fault.Stall, fault.Hold:
		return true
	}
	return false
}

// String returns the progress as a line, such as "2 conns, 1 open; conn 1 stalled at byte 4096 to the client by
// rule stall.ToClient.1".
func (p progress) String() string {
	text := human.Count(p.conns, p.noun)
	if p.noun == "conn" && p.conns > 0 {
		text += fmt.Sprintf(", %d open", len(p.open))
	}
	if p.refuses != "" {
		text += "; " + p.refuses
	}
	if s := p.describeStopped(); s != "" {
		text += "; " + s
	}
	return text
}

// describeStopped says which streams are stopped, where, and by which rules; "", if none is.
func (p progress) describeStopped() string {
	keys := slices.SortedFunc(maps.Keys(p.stopped), func(a, b stoppedKey) int {
		return cmp.Or(cmp.Compare(a.conn, b.conn), cmp.Compare(a.dir, b.dir))
	})
	var all []string
	for i, k := range keys {
		if i == maxStopped {
			all = append(all, fmt.Sprintf("and %d more", len(keys)-i))
			break
		}
		all = append(all, p.describe(p.stopped[k]))
	}
	return strings.Join(all, ", ")
}

// describe says that a stream is stopped by e.
func (p progress) describe(e transcript.Event) string {
	what := "stalled"
	if hold, is := p.rules[e.Rule].Fault.(fault.Hold); is {
		what = "held at gate " + hold.Gate
	}
	where := map[transcript.Direction]string{transcript.FromClient: " from the client", transcript.ToClient: " to the client"}[e.Direction]
	if where == "" {
		return fmt.Sprintf("conn %d %s when it was accepted, by rule %s", e.Conn, what, e.Rule)
	}
	return fmt.Sprintf("conn %d %s at byte %d%s by rule %s", e.Conn, what, e.Offset, where, e.Rule)
}

// withTime returns the progress as a line that also says for how long nothing has passed at the server's age now;
// negative: that is not known.
func (p progress) withTime(now time.Duration) string {
	switch {
	case now < 0:
		return p.String()
	case p.passed < 0:
		return fmt.Sprintf("%v; nothing passed for %v", p, now.Round(time.Millisecond))
	}
	return fmt.Sprintf("%v; nothing passed for %v", p, max(0, now-p.passed).Round(time.Millisecond))
}

// progress returns how far the server's clients have come, with the server's age.
func (s *core) progress() (p progress, age time.Duration) {
	r := s.compiled().Report() // before the record
	t := s.rec.Snapshot()
	age = ageOf(t)
	return progressOf(t, r, age), age
}

// ageOf returns for how long there is a record; negative: that can't be told, as of a server in a bubble, with a clock of its
// own that is years behind, from outside of it.
func ageOf(t transcript.Transcript) time.Duration {
	const years = 10 * 365 * 24 * time.Hour
	if age := time.Since(t.Header().Start); age < years {
		return age
	}
	return -1
}
