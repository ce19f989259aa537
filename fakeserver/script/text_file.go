package script

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// parsed is what a file has.
type parsed struct {
	scripts []Script // by number, from 1; the last is for all that follow
	counted bool     // they have sections of their own
	data    map[string]*section
}

// of returns the script of connection or peer n.
func (f *parsed) of(n int) Script { return f.scripts[min(n, len(f.scripts))-1] }

func (f *parsed) gates() (names []string) {
	for _, s := range f.scripts {
		names = append(names, gatesOf(s)...)
	}
	return names
}

// format returns the file's scripts as text, with all data where it is used.
func (f *parsed) format(word string) string {
	if !f.counted {
		return format(f.scripts[0])
	}
	var b strings.Builder
	for i, s := range f.scripts {
		fmt.Fprintf(&b, "-- %s %d --\n%s", word, i+1, format(s))
	}
	return b.String()
}

// word is what a section of steps is called.
func (on medium) word() string {
	if on == onPackets {
		return "peer"
	}
	return "conn"
}

// parse makes scripts of a file's text, and checks them.
func parse(name, text string, on medium) (*parsed, error) {
	p := &parser{file: name, on: on, data: map[string]*section{}}
	first, numbered := p.sort(sectionsOf(text))
	f := &parsed{counted: len(numbered) > 0, data: p.data}
	if steps := p.steps(first); len(steps) > 0 && f.counted {
		p.errorf(steps[0].at.line, "steps before -- %s 1 --: put them into a section, or leave those out", on.word())
	} else if !f.counted {
		f.scripts = []Script{steps}
	}
	for _, s := range numbered {
		f.scripts = append(f.scripts, p.steps(s))
	}
	for _, name := range p.names() {
		if p.data[name].uses == 0 {
			p.errorf(p.data[name].line-1, "no step refers to -- %s --, as by send @%s", name, name)
		}
	}
	if len(p.errs) == 0 {
		p.check(f, append([]section{first}, numbered...))
	}
	return f, errors.Join(p.errs...)
}

// sort tells sections of steps from those of data.
func (p *parser) sort(all []section) (first section, numbered []section) {
	for i, s := range all[1:] {
		word, number, ok := strings.Cut(s.name, " ")
		n, err := strconv.Atoi(number)
		switch {
		case ok && err == nil && word == p.on.word():
			if numbered = append(numbered, s); n != len(numbered) {
				p.errorf(s.line-1, "-- %s -- comes where -- %s %d -- should", s.name, word, len(numbered))
			}
		case ok && err == nil && (word == onStream.word() || word == onPackets.word()):
			p.errorf(s.line-1, "-- %s -- in a script for a %s: want -- %s %d --", s.name, p.on.word(), p.on.word(), n)
		case strings.ContainsAny(s.name, " \t"):
			p.errorf(s.line-1, "-- %s -- is neither -- %s %d -- nor one word, to which a step can refer", s.name, p.on.word(), len(numbered)+1)
		case p.data[s.name] != nil:
			p.errorf(s.line-1, "a second section -- %s --, as in line %d", s.name, p.data[s.name].line-1)
		default:
			p.data[s.name] = &all[i+1]
		}
	}
	return all[0], numbered
}

// check checks the scripts.
func (p *parser) check(f *parsed, from []section) {
	if f.counted {
		from = from[1:]
	}
	for i, s := range f.scripts {
		if len(s) == 0 {
			p.errorf(max(1, from[i].line-1), "the script has no steps")
			continue
		}
		if err := check(s, p.on); err != nil {
			p.errs = append(p.errs, err)
		}
	}
}

// nameOr returns a name for text that has none.
func nameOr(name string) string { return cmp.Or(name, "script") }
