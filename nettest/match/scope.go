package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// A scope says which part of a record a matcher looks at. Its zero value is all of it.
type scope struct {
	conn   int  // zero: any
	chosen bool // conn was
	mark   transcript.Mark
}

func (s scope) onConn(n int) scope {
	s.conn, s.chosen = n, true
	return s
}

func (s scope) since(m transcript.Mark) scope {
	s.mark = m
	return s
}

// of returns the record of actual, the value that an assertion is about, since the mark. It
// refuses numbers that no connection can have, and marks of other records.
func (s scope) of(matcher string, actual any) (record, error) {
	r, err := recordOf(matcher, actual)
	switch {
	case err != nil:
		return r, err
	case s.chosen && s.conn < 1:
		return r, misuse("%s: OnConn(%d): %ss are numbered from 1", matcher, s.conn, r.unit())
	case !s.mark.IsOf(r.whole):
		return r, misuse("%s: Since(mark): the mark is one of another record than that of %v", matcher, r.title())
	}
	r.Transcript, r.mark = r.whole.Since(s.mark), s.mark
	return r, nil
}
