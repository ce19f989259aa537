package script

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
)

// ExpectMatch waits for what a regular expression matches: the shortest beginning of what the client sends that matches
// as a whole. So `GET (\w+)` matches one letter after "GET ": let a pattern say what comes after its groups, as in
// `GET (\w+)\r\n`. It fails with the first byte with which nothing can match any more, and when max bytes have come
// without a match; if max is zero, that is 64 KiB.
//
// Patterns are about characters, as UTF-8 has them: \x82 is the character U+0082, which is two bytes. A byte above 0x7f that is
// no part of a character is matched by a dot, or by \x{FFFD}, and by no other literal: let an Expect have such bytes, and
// an ExpectMatch what comes after them. A dot matches a byte 0x0a, which ends a line, only after (?s).
//
// Of datagrams, and in a [Framing], where the message's end is known, the pattern has to match at the message's
// beginning, and need not reach its end unless it says so with $; groups are then as package regexp has them.
//
// What its groups have matched, [SendExpand] can send.
func ExpectMatch(pattern string, max int) Step {
	return Step{act: expectMatch{pattern: newPattern(pattern), max: max}}
}

// expectMatch is a message that is matched by a pattern: framed, or as it is.
type expectMatch struct {
	in      Framing
	pattern *pattern
	max     int // if it is not framed
}

func (e expectMatch) head(quote quoter) string {
	limit := ""
	if e.max != 0 {
		limit = strconv.Itoa(e.max) + " "
	}
	return e.in.prefix() + "expect-match " + limit + quote(e.pattern.text)
}

func (e expectMatch) want() string { return "a match of " + e.pattern.String() + e.in.suffix() }

// limit is how long a message may be.
func (e expectMatch) limit() int {
	if e.max == 0 {
		return defaultMax
	}
	return e.max
}

func (e expectMatch) check(c *checker) {
	c.framing(e.in)
	if e.max < 0 {
		c.refuse("its bound is %d bytes, want 0 or more", e.max)
	}
	whole := e.in.kind != unframed || c.on == onPackets
	if err := e.pattern.check(whole); err != nil {
		c.refuse("%v", err)
	}
	c.last = []*pattern{e.pattern}
}

func (e expectMatch) run(r *run) error {
	_, err := r.expect(e)
	return err
}

func (e expectMatch) found(p []byte) *match { return e.pattern.inMessage(p) }

func (e expectMatch) texts() []string { return nil }

func (e expectMatch) matcher() matcher {
	if e.in.kind != unframed {
		return &framedMatcher{frame: e.in.decoder(), pattern: e.pattern, prefix: prefix(e.pattern.early)}
	}
	return &prefixMatcher{pattern: e.pattern, prefix: prefix(e.pattern.stream), max: e.limit()}
}

func (e expectMatch) fits(p []byte) (at int, why string, ok bool) {
	if len(p) > e.limit() {
		return e.limit(), fmt.Sprintf("the datagram has %d bytes, over %d", len(p), e.limit()), false
	}
	if e.pattern.whole != nil && e.pattern.whole.Match(p) {
		return 0, "", true
	}
	if f := prefix(e.pattern.early); f != nil {
		if at, s := f.Feed(p); s == rematch.Failed {
			return at, "", false
		}
	}
	return len(p), "the datagram has ended without a match", false
}

// A pattern is a regular expression for the beginning of a stream or of a message.
type pattern struct {
	text      string
	stream    *rematch.Regexp // nil: it can't be had of a stream
	streamErr error           // why
	early     *rematch.Regexp // matches what this does, and maybe more; nil: there is none
	whole     *regexp.Regexp  // at the beginning of a message whose end is known; nil: it is nonsense
	wholeErr  error
}

func newPattern(text string) *pattern {
	p := &pattern{text: text}
	if p.stream, p.streamErr = rematch.Compile(text); p.streamErr == nil {
		p.early = p.stream
	} else if parsed, err := syntax.Parse(text, syntax.Perl); err == nil {
		p.early, _ = rematch.Compile(withoutEnd(parsed).String())
	}
	if _, p.wholeErr = regexp.Compile(text); p.wholeErr == nil {
		p.whole, p.wholeErr = regexp.Compile(`\A(?:` + text + `)`)
	}
	return p
}

// String returns the pattern as messages have it, on one line whatever is in it.
func (p *pattern) String() string { return "/" + human.Escape(p.text) + "/" }

// check returns why the pattern can't work.
func (p *pattern) check(whole bool) error {
	switch {
	case p.wholeErr != nil:
		return p.wholeErr
	case whole:
		return nil
	case p.streamErr != nil:
		return p.streamErr
	case regexp.MustCompile(`\A(?:` + p.text + `)\z`).MatchString(""):
		return fmt.Errorf("%s matches no bytes at all, with which any stream begins", p)
	}
	return nil
}

// withoutEnd returns a pattern that does not ask for the end of the text.
func withoutEnd(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpEndText {
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}
	}
	for i, sub := range re.Sub {
		re.Sub[i] = withoutEnd(sub)
	}
	return re
}

// prefix returns a new machine for what comes first, or nil if there is none.
func prefix(re *rematch.Regexp) *rematch.Prefix {
	if re == nil {
		return nil
	}
	return re.Prefix()
}

// inMessage returns what the pattern matches in a message.
func (p *pattern) inMessage(text []byte) *match {
	text = slices.Clone(text)
	return &match{p, text, p.whole.FindSubmatchIndex(text)}
}

// A match is what an ExpectMatch has found.
type match struct {
	pattern *pattern
	text    []byte
	groups  []int // as FindSubmatchIndex
}

// expand returns template with what the groups have.
func (m *match) expand(template string) []byte {
	return m.pattern.whole.Expand(nil, []byte(template), m.text, m.groups)
}
