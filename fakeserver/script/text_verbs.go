package script

import (
	"fmt"
	"strconv"
	"time"
)

// A verb is a kind of step as text.
type verb struct {
	name, usage string
	block       bool // it has one
	framed      bool // it may have a framing before it
	parse       func(s *statement, f Framing, parts []Script) (action, error)
}

var verbs = []verb{
	{"expect", `expect "PING\r\n"`, false, true, func(s *statement, f Framing, _ []Script) (action, error) {
		text, err := s.text()
		return expect{f, text}, err
	}},
	{"expect-line", `expect-line QUIT`, false, false, func(s *statement, _ Framing, _ []Script) (action, error) {
		text, err := s.text()
		return expect{Lines(), text}, err
	}},
	{"expect-match", `expect-match 64 "GET (\\w+)\r\n": the most bytes, unless that is 64 KiB, and a pattern`, false, true, parseMatch},
	{"send", `send "PONG\r\n", or send @data for the section -- data --`, false, true, func(s *statement, f Framing, _ []Script) (action, error) {
		text, err := s.text()
		return send{f, text}, err
	}},
	{"send-expand", `send-expand "VALUE $1\r\n"`, false, true, func(s *statement, f Framing, _ []Script) (action, error) {
		text, err := s.text()
		return sendExpand{f, text}, err
	}},
	{"wait", `wait 20ms`, false, false, func(s *statement, _ Framing, _ []Script) (action, error) {
		d, err := s.duration()
		return pause{d}, err
	}},
	{"hold", `hold GATE`, false, false, func(s *statement, _ Framing, _ []Script) (action, error) {
		w, err := s.take()
		return hold{w.text}, err
	}},
	{"close-write", `close-write`, false, false, func(*statement, Framing, []Script) (action, error) { return closeWrite{}, nil }},
	{"close", `close`, false, false, func(*statement, Framing, []Script) (action, error) { return closing{}, nil }},
	{"reset", `reset`, false, false, func(*statement, Framing, []Script) (action, error) { return reset{}, nil }},
	{"loop", `loop {`, true, false, func(_ *statement, _ Framing, parts []Script) (action, error) { return loop{parts[0]}, nil }},
	{"repeat", `repeat 3 {`, true, false, func(s *statement, _ Framing, parts []Script) (action, error) {
		n, err := s.number()
		return repeat{n, parts[0]}, err
	}},
	{"within", `within 50ms {`, true, false, func(s *statement, _ Framing, parts []Script) (action, error) {
		d, err := s.duration()
		return within{d, parts[0]}, err
	}},
	{"choose", `choose {`, true, false, func(_ *statement, _ Framing, parts []Script) (action, error) { return choose{parts}, nil }},
}

func parseMatch(s *statement, f Framing, _ []Script) (action, error) {
	limit := 0
	if len(s.rest) > 1 && s.rest[0].kind == plain {
		n, err := s.number()
		if err != nil {
			return nil, err
		}
		if limit = n; f.kind != unframed {
			return nil, fmt.Errorf("the most bytes of a message are its framing's max")
		}
	}
	text, err := s.text()
	return expectMatch{in: f, pattern: newPattern(text), max: limit}, err
}

// framings are the words with which a framing begins, and how it is written.
var framings = map[string]string{
	"lines":  `lines`,
	"until":  `until "\r\n\r\n"`,
	"fixed":  `fixed 8`,
	"length": `length 4, and after it any of: little, before 1, itself, extra -1`,
}

// framing takes the framing that comes before a verb, if there is one.
func (s *statement) framing() (f Framing, framed bool) {
	if len(s.rest) == 0 || s.rest[0].kind != plain || framings[s.rest[0].text] == "" {
		return f, false
	}
	w, _ := s.take()
	f, err := s.framingOf(w.text)
	if err == nil && s.skip("max") {
		f.max, err = s.number()
	}
	if err != nil {
		s.p.errorf(s.line, "%s: %v: want %s, and then expect, expect-match, send or send-expand", w.text, err, framings[w.text])
		s.rest, s.wrong = nil, true
	}
	return f, true
}

func (s *statement) framingOf(name string) (f Framing, err error) {
	switch name {
	case "lines":
		return Lines(), nil
	case "until":
		w, err := s.take()
		return Until(w.text), err
	case "fixed":
		n, err := s.number()
		return Fixed(n), err
	}
	var l Length
	if l.Bytes, err = s.number(); err != nil {
		return f, err
	}
	l.LittleEndian = s.skip("little")
	if s.skip("before") {
		if l.Before, err = s.number(); err != nil {
			return f, err
		}
	}
	l.CountsItself = s.skip("itself")
	if s.skip("extra") {
		l.Extra, err = s.number()
	}
	if l.Bytes == 0 {
		err = fmt.Errorf("the length has 0 bytes, want 1 to 8")
	}
	return Prefixed(l), err
}

// verb takes the verb. It reports false if there is none, which is said then.
func (s *statement) verb(framed bool) (v verb, ok bool) {
	w, err := s.take()
	if err != nil {
		if !s.wrong {
			s.p.errorf(s.line, "after a framing comes expect, expect-match, send or send-expand")
		}
		return v, false
	}
	var names []string
	for _, v := range verbs {
		if w.kind == plain && v.name == w.text && (v.framed || !framed) {
			return v, true
		}
		if v.framed || !framed {
			names = append(names, v.name)
		}
	}
	if framed {
		s.p.errorf(s.line, "after a framing comes expect, expect-match, send or send-expand, and not %q%s", w.text, suggestion(w.text, names))
		return v, false
	}
	for name := range framings {
		names = append(names, name)
	}
	s.p.errorf(s.line, "there is no step %q%s", w.text, suggestion(w.text, names))
	return v, false
}

func (s *statement) number() (int, error) {
	w, err := s.take()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(w.text)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", w.text)
	}
	return n, nil
}

func (s *statement) duration() (time.Duration, error) {
	w, err := s.take()
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(w.text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration such as 20ms or 1.5s", w.text)
	}
	return d, nil
}
