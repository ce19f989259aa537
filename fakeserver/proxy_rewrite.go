package fakeserver

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Rewrite changes what a Proxy passes on: each match of a regular expression, however packets cut it. Each leg's record
// has what passed there: the client's the bytes that the client sent or got, the upstream's those that the upstream did.
//
// What may be part of a match is held back until it is decided, or the stream ends; so anchor a pattern at its end, by a line's
// for example, where an answer is waited for. A fault.Replace rule does the same for a text that is always the same, on the
// client's leg alone, and can be bounded as all rules can.
type Rewrite struct {
	// Direction is which way: FromClient or ToClient.
	Direction transcript.Direction
	// Pattern is the regular expression, as for package regexp. $ without (?m), and \z, are refused: where a stream ends is
	// known too late.
	Pattern string
	// With takes the place of a match; $1 and ${name} are its groups, as for regexp.Regexp.Expand, and $$ is a dollar.
	With string
	// Max is how many bytes a match has at most: a longer one passes as it is. If zero, 64 KiB.
	Max int
}

// validate says why the rewrite can't work.
func (w Rewrite) validate() error {
	switch {
	case w.Direction != transcript.FromClient && w.Direction != transcript.ToClient:
		return fmt.Errorf("Direction is %v, want FromClient or ToClient", w.Direction)
	case w.Max < 0:
		return fmt.Errorf("Max is %d, want 0 or more", w.Max)
	}
	_, err := rematch.Compile(w.Pattern)
	return err
}

// An editor is what the rewrites make of one direction of a connection, each of what the one before it has made. A nil
// editor changes nothing.
type editor []*edit

type edit struct {
	pattern *rematch.Regexp
	finder  *rematch.Finder
	with    string
	out     []byte
}

// newEditor returns the editor of a direction.
func newEditor(rewrites []Rewrite, way transcript.Direction) (e editor) {
	for _, w := range rewrites {
		if w.Direction == way {
			pattern := rematch.MustCompile(w.Pattern) // which Validate has compiled
			e = append(e, &edit{pattern: pattern, finder: pattern.Finder(w.Max), with: w.With})
		}
	}
	return e
}

// feed returns what is to go on when p has come; good until the next call. Ended says that nothing follows.
func (e editor) feed(p []byte, ended bool) []byte {
	for _, each := range e {
		p = each.feed(p, ended)
	}
	return p
}

func (e *edit) feed(p []byte, ended bool) []byte {
	e.out = e.out[:0]
	e.add(e.finder.Feed(p))
	if ended {
		e.add(e.finder.End())
	}
	return e.out
}

func (e *edit) add(pieces []rematch.Piece) {
	for _, p := range pieces {
		if p.Match == nil {
			e.out = append(e.out, p.Data...)
		} else {
			e.out = e.pattern.Expand(e.out, e.with, p.Data, p.Match)
		}
	}
}
