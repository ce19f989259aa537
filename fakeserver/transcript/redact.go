package transcript

import (
	"bytes"
	"regexp"
)

// A Redactor hides secrets from what is shown of a record. It is asked about each part of a record
// before that is printed or written, and returns what may be shown in its place: all of it, if there
// is nothing to hide. Queries, and the matchers that use them, go on to see the true bytes.
//
// However its bytes were cut on their way, a stream comes in one piece, as far as the record has it
// without a gap; a datagram comes by itself; and so does each text, such as an error's or a rule's name.
// A stream's secret may be cut off by its end: a rule may have reset the connection in the middle of it.
//
// The number of bytes stays, so that offsets are true. Where a Redactor returns more bytes than it got, or fewer,
// all that differs is hidden by asterisks, and of a stream and a datagram the event's Text says so. What it hid there is
// hidden in texts, too, if that is of at least four bytes: an error may quote it without what it is recognized by.
//
// It may be asked again about the same, and by several goroutines at once.
type Redactor func(x Excerpt) []byte

// An Excerpt is a part of a record.
type Excerpt struct {
	Conn      int       // the connection's or peer's number; zero: a text
	Direction Direction // Neither: a text
	Offset    int64     // of the first byte of a part of a stream, or the datagram's number
	Data      []byte    // a copy, which may be changed and returned

	datagram bool  // it is one
	resized  *bool // set by what returns as many bytes as it got because it made them fit
}

// mask stands for each byte that is hidden.
const mask = '*'

// minPart is how long a part of a secret has to be for being one.
const minPart = 4

// RedactMatches returns a Redactor that hides what re matches: each byte becomes an asterisk. If re has
// groups, it hides only what is in those, and leaves what they are recognized by:
//
//	transcript.RedactMatches(regexp.MustCompile(`(?i)authorization: (.*)`))
//
// What an end of the record cuts off, re must match without the rest, or it stays: for secrets that are known, use
// RedactText.
func RedactMatches(re *regexp.Regexp) Redactor {
	return func(x Excerpt) []byte {
		for _, m := range re.FindAllSubmatchIndex(x.Data, -1) {
			if len(m) > 2 {
				m = m[2:]
			}
			for ; len(m) > 0; m = m[2:] {
				if m[0] >= 0 { // the group took part
					hide(x.Data[m[0]:m[1]])
				}
			}
		}
		return x.Data
	}
}

// RedactText returns a Redactor that hides these texts wherever they are: each byte becomes an asterisk. It
// hides also what is left of one that an end of the record cuts in two, if that is at least four bytes.
// Empty texts hide nothing. A secret in another encoding, such as base64, is another text; and one that a rule has changed on
// its way, such as fault.Corrupt does, is found by what is around it, or by its offset, if at all.
func RedactText(secrets ...string) Redactor {
	return func(x Excerpt) []byte {
		hidden := make([]bool, len(x.Data))
		for _, secret := range secrets {
			markAll(hidden, x.Data, []byte(secret))
			if x.Direction != Neither {
				markEnds(hidden, x.Data, []byte(secret))
			}
		}
		return hideMarked(x.Data, hidden)
	}
}

// RedactRange returns a Redactor that hides the bytes of one direction of a connection from offset from up to, but
// not including, offset to. If conn is zero, it is those of each connection. Of datagrams it hides those with the
// numbers from from up to, but not including, to.
//
// In texts only what it hid is found: see Redactor.
func RedactRange(conn int, d Direction, from, to int64) Redactor {
	return func(x Excerpt) []byte {
		if x.Direction != d || d == Neither || conn != 0 && x.Conn != conn {
			return x.Data
		}
		hide(x.between(from, to))
		return x.Data
	}
}

// between returns the bytes that lie in a range; of a datagram, all or none.
func (x Excerpt) between(from, to int64) []byte {
	if x.datagram {
		if x.Offset < from || x.Offset >= to {
			return nil
		}
		return x.Data
	}
	n := int64(len(x.Data))
	from, to = min(max(from-x.Offset, 0), n), min(max(to-x.Offset, 0), n)
	return x.Data[from:max(from, to)]
}

// And returns a Redactor that hides what r hides and what the others hide. Each of them gets the true bytes. A
// nil Redactor hides nothing.
func (r Redactor) And(others ...Redactor) Redactor {
	all := r
	for _, next := range others {
		all = both(all, next)
	}
	return all
}

func both(a, b Redactor) Redactor {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(x Excerpt) []byte {
		whole := x.Data
		shown := x.hiddenBy(a, whole)
		for i, c := range x.hiddenBy(b, whole) {
			if c != whole[i] {
				shown[i] = c
			}
		}
		return shown
	}
}

// hiddenBy returns what r leaves of data, which is x's, in as many bytes.
func (x Excerpt) hiddenBy(r Redactor, data []byte) []byte {
	x.Data = bytes.Clone(data)
	shown := r(x)
	if len(shown) == len(data) {
		return shown
	}
	if x.resized != nil {
		*x.resized = true
	}
	return fit(data, shown)
}

// fit returns data with what is not in shown, too, hidden: all between what they have in common at the
// beginning and at the end.
func fit(data, shown []byte) []byte {
	from, short := 0, min(len(data), len(shown))
	for from < short && data[from] == shown[from] {
		from++
	}
	to := 0
	for to < short-from && data[len(data)-1-to] == shown[len(shown)-1-to] {
		to++
	}
	fitted := bytes.Clone(data)
	hide(fitted[from : len(data)-to])
	return fitted
}

func hide(p []byte) {
	for i := range p {
		p[i] = mask
	}
}

// hideMarked hides those bytes of p that are marked, in place.
func hideMarked(p []byte, marked []bool) []byte {
	for i := range p {
		if marked[i] {
			p[i] = mask
		}
	}
	return p
}

// markAll marks each occurrence of secret in p, also those that overlap.
func markAll(marked []bool, p, secret []byte) {
	if len(secret) == 0 {
		return
	}
	for at, done := 0, 0; ; at++ {
		next := bytes.Index(p[at:], secret)
		if next < 0 {
			return
		}
		at += next
		mark(marked[max(at, done) : at+len(secret)])
		done = at + len(secret)
	}
}

// markEnds marks what is left of a secret that an end of p has cut in two: the longest part at each.
func markEnds(marked []bool, p, secret []byte) {
	longest := min(len(p), len(secret)-1)
	for n := longest; n >= minPart; n-- {
		if bytes.HasSuffix(p, secret[:n]) {
			mark(marked[len(p)-n:])
			break
		}
	}
	for n := longest; n >= minPart; n-- {
		if bytes.HasPrefix(p, secret[len(secret)-n:]) {
			mark(marked[:n])
			break
		}
	}
	if len(p) >= minPart && bytes.Contains(secret, p) {
		mark(marked)
	}
}

func mark(marked []bool) {
	for i := range marked {
		marked[i] = true
	}
}
