package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Send sends these bytes as they are. Of datagrams, it is one datagram.
func Send(text string) Step { return Framing{}.Send(text) }

// SendExpand sends a template, in which $name, ${name} and ${1} are what the groups of the latest ExpectMatch have
// matched, and $$ is a $; see [regexp.Regexp.Expand]. Validate refuses a template with a group that the ExpectMatch
// before it does not have.
func SendExpand(template string) Step { return Framing{}.SendExpand(template) }

// send is a message to the client: framed, or as it is.
type send struct {
	in   Framing
	text string
}

func (s send) head(quote quoter) string { return s.in.prefix() + "send " + quote(s.text) }

func (s send) check(c *checker) {
	c.sends(s.in)
	if s.text == "" && s.in.kind == unframed && c.on == onStream {
		c.refuse("it sends no bytes")
	}
	if s.in.kind != unframed {
		if err := s.in.checkBody(s.text); err != nil {
			c.refuse("%v", err)
		}
	}
}

func (s send) run(r *run) error { return r.send(s.in.encode(s.text)) }

// sendExpand is a message to the client that is made from what the client said.
type sendExpand struct {
	in       Framing
	template string
}

func (s sendExpand) head(quote quoter) string {
	return s.in.prefix() + "send-expand " + quote(s.template)
}

func (s sendExpand) check(c *checker) {
	c.sends(s.in)
	groups, err := groupsOf(s.template)
	if err != nil {
		c.refuse("%v", err)
		return
	}
	if slices.Contains(c.last, nil) {
		c.refuse("no expect-match comes before it: send sends text as it is")
		return
	}
	for _, p := range c.last {
		for _, g := range groups {
			if err := p.has(g); err != nil {
				c.refuse("%v", err)
			}
		}
	}
}

func (s sendExpand) run(r *run) error {
	if r.last == nil {
		return fmt.Errorf("%s: no expect-match comes before it", r.name())
	}
	body := string(r.last.expand(s.template))
	if s.in.kind != unframed {
		if err := s.in.checkBody(body); err != nil {
			return fmt.Errorf("%s: of this request: %w", r.name(), err)
		}
	}
	return r.send(s.in.encode(body))
}

// has returns an error if the pattern lacks a group of a template.
func (p *pattern) has(group string) error {
	if p.whole == nil {
		return nil // the pattern has been refused
	}
	if n, err := strconv.Atoi(group); err == nil {
		if n <= p.whole.NumSubexp() {
			return nil
		}
		return fmt.Errorf("there is no group %d in %s, which has %d", n, p, p.whole.NumSubexp())
	}
	if p.whole.SubexpIndex(group) >= 0 {
		return nil
	}
	digits := len(group) - len(strings.TrimLeft(group, "0123456789"))
	if digits > 0 {
		return fmt.Errorf("there is no group %q in %s: a number before a letter is written ${%s}%s", group, p, group[:digits], group[digits:])
	}
	return fmt.Errorf("there is no group %q in %s: its groups are %s", group, p, p.groups())
}

// groups lists the groups that a pattern has.
func (p *pattern) groups() string {
	var all []string
	for i, name := range p.whole.SubexpNames() {
		if name == "" {
			name = strconv.Itoa(i)
		}
		all = append(all, "$"+name)
	}
	return strings.Join(all, ", ")
}

// groupsOf returns the groups that a template names.
func groupsOf(template string) (groups []string, err error) {
	for rest := template; ; {
		_, after, found := strings.Cut(rest, "$")
		switch {
		case !found:
			return groups, nil
		case strings.HasPrefix(after, "$"):
			rest = after[1:]
			continue
		}
		braced := strings.HasPrefix(after, "{")
		name := strings.TrimPrefix(after, "{")
		end := len(name) - len(strings.TrimLeftFunc(name, isNameRune))
		if end == 0 || braced && !strings.HasPrefix(name[end:], "}") {
			return nil, fmt.Errorf("a $ without a group in the template %q: a $ that is to be sent is written $$", template)
		}
		groups, rest = append(groups, name[:end]), name[end:]
	}
}

// isNameRune reports whether r may be in the name of a group, as package regexp has it.
func isNameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
