package main

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A place is a part of what was said, as a flag says it: CONN:DIRECTION:FROM-TO.
type place struct {
	conn     int                    // zero: each
	dirs     []transcript.Direction // one or both
	from, to int64                  // up to, and not including, to
}

// placeSyntax says how a place is written.
const placeSyntax = "CONN:DIRECTION:FROM-TO, such as 1:from-client:0-16 (bytes 0 to 15; of datagrams, their numbers from 1), *:to-client:8- or 2:*:0-"

// parsePlace reads a place.
func parsePlace(s string) (place, error) {
	none := fmt.Errorf("%q: want %s", s, placeSyntax)
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return place{}, none
	}
	var p place
	if parts[0] != "*" {
		n, err := strconv.Atoi(parts[0])
		if err != nil || n < 1 {
			return place{}, none
		}
		p.conn = n
	}
	switch parts[1] {
	case "from-client":
		p.dirs = []transcript.Direction{transcript.FromClient}
	case "to-client":
		p.dirs = []transcript.Direction{transcript.ToClient}
	case "*":
		p.dirs = []transcript.Direction{transcript.FromClient, transcript.ToClient}
	default:
		return place{}, none
	}
	from, to, found := strings.Cut(parts[2], "-")
	var errFrom, errTo error
	p.from, errFrom = strconv.ParseInt(from, 10, 64)
	p.to = math.MaxInt64
	if to != "" {
		p.to, errTo = strconv.ParseInt(to, 10, 64)
	}
	if !found || errors.Join(errFrom, errTo) != nil || p.from < 0 || p.to <= p.from {
		return place{}, none
	}
	return p, nil
}

// list is a flag that may be given several times, each time with one value, which may have commas.
type list[T any] struct {
	values []T
	texts  []string
	what   string
	parse  func(string) (T, error)
}

func (l *list[T]) String() string { return strings.Join(l.texts, " ") }

func (l *list[T]) Type() string { return l.what }

func (l *list[T]) Set(s string) error {
	v, err := l.parse(s)
	if err != nil {
		return err
	}
	l.values, l.texts = append(l.values, v), append(l.texts, s)
	return nil
}

// patterns and places are what two flags say.
type selection struct {
	patterns list[*regexp.Regexp]
	places   list[place]
}

// addTo adds a flag of this name, and one of that name with -range.
func (s *selection) addTo(flags *pflag.FlagSet, name, usage, rangeUsage string) {
	s.patterns = list[*regexp.Regexp]{what: "regexp", parse: regexp.Compile}
	s.places = list[place]{what: "range", parse: parsePlace}
	flags.Var(&s.patterns, name, usage)
	flags.Var(&s.places, name+"-range", rangeUsage+": "+placeSyntax+"; may be given several times")
}

func (s *selection) wanted() bool { return len(s.patterns.values)+len(s.places.values) > 0 }

// An ignoring is what diff leaves out.
type ignoring struct{ selection }

func (i *ignoring) addTo(flags *pflag.FlagSet) {
	i.selection.addTo(flags, "ignore", "leave out what this regular expression matches, in whatever length; may be given several times", "leave out a range")
}

// comparison returns how to compare two files.
func (i *ignoring) comparison(a, b string) (transcript.Comparison, error) {
	c := transcript.Comparison{A: a, B: b}
	for _, re := range i.patterns.values {
		c.Ignore = append(c.Ignore, transcript.Ignore{Pattern: re})
	}
	for _, p := range i.places.values {
		for _, d := range p.dirs {
			c.Ignore = append(c.Ignore, transcript.Ignore{Conn: p.conn, Direction: d, From: p.from, To: p.to})
		}
	}
	for _, ignore := range c.Ignore {
		if err := ignore.Validate(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// A hiding is what is hidden before anything is shown or written.
type hiding struct{ selection }

func (h *hiding) addTo(flags *pflag.FlagSet) {
	h.selection.addTo(flags, "redact", "hide what this regular expression matches, or only its groups, if it has any; may be given several times", "hide a range")
}

// redactor returns what hides it.
func (h *hiding) redactor() (r transcript.Redactor) {
	for _, re := range h.patterns.values {
		r = r.And(transcript.RedactMatches(re))
	}
	for _, p := range h.places.values {
		for _, d := range p.dirs {
			r = r.And(transcript.RedactRange(p.conn, d, p.from, p.to))
		}
	}
	return r
}

// from returns a recording without what is to be hidden.
func (h *hiding) from(rec transcript.Recording) transcript.Recording {
	if !h.wanted() {
		return rec
	}
	rec.Transcript = rec.Transcript.WithRedactor(h.redactor())
	return rec.Redacted()
}
