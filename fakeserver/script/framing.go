package script

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// A Framing is how a protocol says where a message ends. Its methods make steps for whole messages, which are given
// without what frames them. The zero Framing has none: its steps are those of the package's functions.
type Framing struct {
	kind   framingKind
	end    string // untilEnd
	size   int    // fixedSize
	length Length // lengthPrefixed
	max    int    // of a message; zero: defaultMax
}

type framingKind uint8

const (
	unframed framingKind = iota
	lines
	untilEnd
	fixedSize
	lengthPrefixed
)

// defaultMax is how long a message may be by default.
const defaultMax = 64 << 10

// Lines frames by a line's end. Of what comes, "\n" and "\r\n" both are one; what is sent gets "\r\n".
func Lines() Framing { return Framing{kind: lines} }

// Until frames by what comes after each message, such as "\r\n\r\n" or "\x00". A message can't have that in it.
func Until(end string) Framing { return Framing{kind: untilEnd, end: end} }

// Fixed frames by size: each message has n bytes.
func Fixed(n int) Framing { return Framing{kind: fixedSize, size: n} }

// Prefixed frames by a length in front of each message.
func Prefixed(l Length) Framing {
	l.Bytes = l.size()
	return Framing{kind: lengthPrefixed, length: l}
}

// Max returns a framing whose messages have at most n bytes, without what frames them; otherwise that is 64 KiB. A
// longer one, or a length that promises one, is a mismatch.
func (f Framing) Max(n int) Framing {
	f.max = n
	return f
}

// Expect waits for a message with exactly these bytes.
func (f Framing) Expect(body string) Step { return Step{act: expect{f, body}} }

// ExpectMatch waits for a message that a pattern matches at its beginning; see the function of this name.
func (f Framing) ExpectMatch(pattern string) Step {
	return Step{act: expectMatch{in: f, pattern: newPattern(pattern)}}
}

// Send sends a message.
func (f Framing) Send(body string) Step { return Step{act: send{f, body}} }

// SendExpand sends a message that is made of a template; see the function of this name.
func (f Framing) SendExpand(template string) Step { return Step{act: sendExpand{f, template}} }

func (f Framing) isLines() bool { return f == Framing{kind: lines} }

func (f Framing) limit() int {
	if f.max == 0 {
		return defaultMax
	}
	return f.max
}

// prefix returns the framing as text, to be followed by a step.
func (f Framing) prefix() string {
	if f.kind == unframed {
		return ""
	}
	text := f.String() + " "
	if f.max != 0 {
		text += "max " + strconv.Itoa(f.max) + " "
	}
	return text
}

// suffix says for people in what a message is.
func (f Framing) suffix() string {
	if f.kind == unframed {
		return ""
	}
	return " in " + f.String()
}

// String returns the framing as [Parse] reads it, without its Max.
func (f Framing) String() string {
	switch f.kind {
	case lines:
		return "lines"
	case untilEnd:
		return "until " + strconv.Quote(f.end)
	case fixedSize:
		return "fixed " + strconv.Itoa(f.size)
	case lengthPrefixed:
		return f.length.String()
	}
	return "no framing"
}

// check returns why the framing can't work.
func (f Framing) check() error {
	switch {
	case f.max < 0:
		return fmt.Errorf("a message may have %d bytes, want more than 0", f.max)
	case f.kind == untilEnd && f.end == "":
		return fmt.Errorf("until has no end")
	case f.kind == fixedSize && f.size < 1:
		return fmt.Errorf("fixed has %d bytes, want 1 or more", f.size)
	case f.kind == lengthPrefixed:
		return f.length.check()
	}
	return nil
}

// checkBody returns why a message can't be framed, by a framing that can work.
func (f Framing) checkBody(body string) error {
	if f.check() != nil {
		return nil // which has been said
	}
	if len(body) > f.limit() && f.kind != fixedSize {
		return fmt.Errorf("the message has %d bytes, over the framing's max of %d", len(body), f.limit())
	}
	switch f.kind {
	case lines:
		if strings.Contains(body, "\n") || strings.HasSuffix(body, "\r") {
			return fmt.Errorf("%s has a line's end in it, or a part of one: a line is given without", shown(body))
		}
	case untilEnd:
		if i := strings.Index(body+f.end, f.end); f.end != "" && i < len(body) {
			return fmt.Errorf("%s has %q in it, which ends a message: it is given without", shown(body), f.end)
		}
	case fixedSize:
		if len(body) != f.size {
			return fmt.Errorf("%s has %d bytes, want %d", shown(body), len(body), f.size)
		}
	case lengthPrefixed:
		return f.length.checkBody(body)
	}
	return nil
}

// encode returns a message as it is sent.
func (f Framing) encode(body string) []byte {
	switch f.kind {
	case lines:
		return []byte(body + "\r\n")
	case untilEnd:
		return []byte(body + f.end)
	case lengthPrefixed:
		return f.length.encode(body)
	}
	return []byte(body)
}

// A decoder takes messages of a framing apart, byte by byte.
type decoder struct {
	in   Framing
	body []byte // what has come of the message
	raw  int    // how many bytes have come
	want uint64 // how many come after the length, once that is known
}

func (f Framing) decoder() *decoder { return &decoder{in: f} }

// feed takes a byte. It returns how much of body is certainly the message's, and whether that is done.
func (d *decoder) feed(b byte) (sure int, done bool, err error) {
	d.raw++
	if d.in.kind == lengthPrefixed {
		return d.feedPrefixed(b)
	}
	d.body = append(d.body, b)
	switch d.in.kind {
	case lines:
		if b == '\n' {
			d.body = bytes.TrimSuffix(d.body[:len(d.body)-1], []byte("\r"))
			return len(d.body), true, d.checkSize(len(d.body))
		}
		sure = len(bytes.TrimSuffix(d.body, []byte("\r")))
	case untilEnd:
		if rest, ok := bytes.CutSuffix(d.body, []byte(d.in.end)); ok {
			d.body = rest
			return len(d.body), true, d.checkSize(len(d.body))
		}
		sure = max(0, len(d.body)-len(d.in.end)+1)
	case fixedSize:
		return len(d.body), len(d.body) == d.in.size, nil
	}
	return sure, false, d.checkSize(sure)
}

// offset returns where in what has come a byte of the message is.
func (d *decoder) offset(i int) int {
	if d.in.kind == lengthPrefixed && i >= d.in.length.Before {
		return i + d.in.length.size()
	}
	return i
}

func (d *decoder) checkSize(n int) error {
	if n > d.in.limit() {
		return fmt.Errorf("the message is longer than %d bytes", d.in.limit())
	}
	return nil
}
