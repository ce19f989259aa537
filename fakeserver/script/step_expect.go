package script

import (
	"bytes"
	"fmt"
)

// Expect waits for exactly these bytes. Of datagrams, it is one that has exactly these bytes.
func Expect(text string) Step { return Framing{}.Expect(text) }

// ExpectLine waits for a line: this text, and then "\n" or "\r\n". It is Lines().Expect.
func ExpectLine(line string) Step { return Lines().Expect(line) }

// expect is an exact message: framed, or as it is.
type expect struct {
	in   Framing
	text string
}

func (e expect) head(quote quoter) string {
	if e.in.isLines() {
		return "expect-line " + quote(e.text)
	}
	return e.in.prefix() + "expect " + quote(e.text)
}

func (e expect) want() string {
	if e.in.isLines() {
		return "the line " + shown(e.text)
	}
	return shown(e.text) + e.in.suffix()
}

func (e expect) check(c *checker) {
	c.framing(e.in)
	if e.text == "" && e.in.kind == unframed && c.on == onStream {
		c.refuse("it expects no bytes, which any client sends")
	}
	if e.in.kind != unframed {
		if err := e.in.checkBody(e.text); err != nil {
			c.refuse("%v", err)
		}
	}
}

func (e expect) run(r *run) error {
	_, err := r.expect(e)
	return err
}

func (e expect) found([]byte) *match { return nil }

func (e expect) texts() []string {
	if e.in.isLines() {
		return []string{e.text + "\n", e.text + "\r\n"}
	}
	return []string{string(e.in.encode(e.text))}
}

func (e expect) matcher() matcher {
	if e.in.isLines() {
		return &lineMatcher{want: e.text}
	}
	return &textMatcher{want: e.in.encode(e.text)}
}

func (e expect) fits(p []byte) (at int, why string, ok bool) {
	want := []byte(e.text)
	if bytes.Equal(p, want) {
		return 0, "", true
	}
	at = firstDifference(p, want)
	switch at {
	case len(p):
		why = fmt.Sprintf("the datagram ends after %d of %d bytes", len(p), len(want))
	case len(want):
		why = fmt.Sprintf("the datagram has %d bytes more", len(p)-len(want))
	}
	return at, why, false
}

// firstDifference returns how many bytes a and b have in common at their beginning.
func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
