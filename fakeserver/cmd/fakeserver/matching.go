package main

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A matching is what a flag says is to be printed of what passes.
type matching struct{ pattern *rematch.Regexp }

func (m *matching) addTo(flags *pflag.FlagSet) {
	flags.Var(m, "match", "print only what this regular expression matches, however packets cut it")
}

func (m *matching) String() string {
	if m.pattern == nil {
		return ""
	}
	return m.pattern.String()
}

func (m *matching) Type() string { return "regexp" }

func (m *matching) Set(text string) (err error) {
	m.pattern, err = rematch.Compile(text)
	return err
}

// A side is one direction of one connection; of datagrams, one of one peer.
type side struct {
	conn int
	dir  transcript.Direction
}

// A matcher prints the matches in what passes.
type matcher struct {
	w       io.Writer
	pattern *rematch.Regexp
	of      string // what conn is a number of
	sides   map[side]*found
}

// found is what has been found in a direction so far.
type found struct {
	finder *rematch.Finder
	at     int64 // the offset of what comes next
}

// event prints what it completes.
func (m *matcher) event(e transcript.Event) error {
	key := side{e.Conn, e.Direction}
	switch e.Kind {
	case transcript.Data:
		f := m.sides[key]
		if f == nil {
			f = &found{finder: m.pattern.Finder(0)}
			m.sides[key] = f
		}
		return m.print(key, f, f.finder.Feed(e.Data))
	case transcript.Datagram:
		finder := m.pattern.Finder(0)
		f := new(found)
		if err := m.print(key, f, finder.Feed(e.Data)); err != nil {
			return err
		}
		return m.print(key, f, finder.End())
	case transcript.Close:
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			if err := m.end(side{e.Conn, d}); err != nil {
				return err
			}
		}
	}
	return nil
}

// end prints what the end of a stream decides.
func (m *matcher) end(key side) error {
	f := m.sides[key]
	if f == nil {
		return nil
	}
	delete(m.sides, key)
	return m.print(key, f, f.finder.End())
}

func (m *matcher) print(key side, f *found, pieces []rematch.Piece) error {
	for _, p := range pieces {
		if p.Match != nil {
			arrow := map[transcript.Direction]string{transcript.FromClient: "->", transcript.ToClient: "<-"}[key.dir]
			if _, err := fmt.Fprintf(m.w, "%s %d client %s @%d %q\n", m.of, key.conn, arrow, f.at, p.Data); err != nil {
				return err
			}
		}
		f.at += int64(len(p.Data))
	}
	return nil
}
