package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A parser makes steps of text.
type parser struct {
	file string
	on   medium
	data map[string]*section
	errs []error

	lines []line // of the section, which have words
	next  int    // of lines
}

// A line is its words, and its number in the file, from 1.
type line struct {
	n     int
	words []word
}

func (p *parser) errorf(line int, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: %s", p.file, line, fmt.Sprintf(format, args...)))
}

// steps parses a section.
func (p *parser) steps(s section) Script {
	p.lines, p.next = nil, 0
	n, at := s.line, s.at
	for text := range strings.Lines(s.text) {
		words, err := wordsOf(strings.TrimRight(text, "\r\n"), at)
		if err != nil {
			p.errorf(n, "%v", err)
		}
		if len(words) > 0 {
			p.lines = append(p.lines, line{n, words})
		}
		n++
		at += len(text)
	}
	var all Script
	for p.next < len(p.lines) {
		steps, end := p.block()
		all = append(all, steps...)
		if end != nil {
			p.errorf(end.n, "a } without a block that it ends")
		}
	}
	return all
}

// block parses steps until the end of a block, and returns the line that has it; nil: the section ends.
func (p *parser) block() (steps Script, end *line) {
	for p.next < len(p.lines) {
		l := &p.lines[p.next]
		p.next++
		if l.words[0].kind == closingBrace {
			return steps, l
		}
		if s, ok := p.step(l); ok {
			steps = append(steps, s)
		}
	}
	return steps, nil
}

// step parses the step that begins in a line, and its blocks.
func (p *parser) step(l *line) (Step, bool) {
	words := l.words
	opens := words[len(words)-1].kind == opening
	if opens {
		words = words[:len(words)-1]
	}
	if i := slices.IndexFunc(words, func(w word) bool { return w.kind == opening || w.kind == closingBrace }); i >= 0 || len(words) == 0 {
		p.errorf(l.n, "a { comes at a line's end, and a } is a line of its own, or \"} or {\"")
		return Step{}, false
	}
	st := &statement{p: p, rest: words, place: place{file: p.file, line: l.n}}
	framing, framed := st.framing()
	v, ok := st.verb(framed)
	if !ok {
		if opens {
			p.blocks(l.n)
		}
		return Step{}, false
	}
	var parts []Script
	switch {
	case opens && !v.block:
		p.errorf(l.n, "%s has no block", v.name)
		p.blocks(l.n)
		return Step{}, false
	case opens:
		parts = p.blocks(l.n)
	case v.block:
		p.errorf(l.n, "%s has a block: want %s", v.name, v.usage)
		return Step{}, false
	}
	if len(parts) > 1 && v.name != "choose" {
		p.errorf(l.n, "only choose has alternatives, with \"} or {\"")
		return Step{}, false
	}
	act, err := v.parse(st, framing, parts)
	if err == nil && len(st.rest) > 0 {
		err = fmt.Errorf("there is %q too much", st.rest[0].text)
	}
	if err != nil {
		p.errorf(l.n, "%s: %v: want %s", v.name, err, v.usage)
		return Step{}, false
	}
	return Step{act: act, at: st.place}, true
}

// blocks parses the blocks of a step after the line that opens the first.
func (p *parser) blocks(opened int) (parts []Script) {
	for {
		steps, end := p.block()
		parts = append(parts, steps)
		switch {
		case end == nil:
			p.errorf(opened, "the block is not ended by a }")
			return parts
		case len(end.words) == 1:
			return parts
		case len(end.words) == 3 && end.words[1].text == "or" && end.words[2].kind == opening:
			continue
		}
		p.errorf(end.n, "after a } comes nothing, or \"or {\"")
		return parts
	}
}

// A statement is what a line says.
type statement struct {
	p     *parser
	rest  []word
	wrong bool // which has been said
	place
}

var errLacks = errors.New("something is missing")

// take returns the next word.
func (s *statement) take() (word, error) {
	if len(s.rest) == 0 {
		return word{}, errLacks
	}
	w := s.rest[0]
	s.rest = s.rest[1:]
	return w, nil
}

// skip takes the next word if it is this one.
func (s *statement) skip(text string) bool {
	if len(s.rest) > 0 && s.rest[0].kind == plain && s.rest[0].text == text {
		s.rest = s.rest[1:]
		return true
	}
	return false
}

// text takes the texts that are left, joined.
func (s *statement) text() (string, error) {
	if len(s.rest) == 0 {
		return "", errLacks
	}
	s.from, s.to = s.rest[0].from, s.rest[len(s.rest)-1].to
	var b strings.Builder
	for _, w := range s.rest {
		if w.kind != reference {
			b.WriteString(w.text)
			continue
		}
		d := s.p.data[w.text]
		if d == nil {
			return "", fmt.Errorf("there is no section -- %s --%s", w.text, suggestion(w.text, s.p.names()))
		}
		d.uses++
		if s.mixed = len(s.rest) > 1; !s.mixed {
			s.data = w.text
		}
		b.WriteString(d.text)
	}
	s.rest = nil
	return b.String(), nil
}

// names returns the names of the sections of data.
func (p *parser) names() (all []string) {
	for name := range p.data {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
