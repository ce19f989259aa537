package rematch

import "unicode/utf8"

// DefaultMax is how many bytes a match of a Finder may have that was given no bound.
const DefaultMax = 64 << 10

// A Piece is a part of a stream: a match, or text between matches.
type Piece struct {
	Data  []byte // good until the Finder is fed again
	Match []int  // the groups as offsets in Data, as FindSubmatchIndex gives them; nil: this is no match
}

// A Finder finds all matches in a stream that don't overlap: those that regexp.Regexp.FindAllSubmatchIndex finds in
// the whole, as long as none is longer than the bound. It doesn't matter how the stream is cut.
type Finder struct {
	machine
	most   int64
	held   []byte // what is still looked at
	base   int64  // the offset of held in the stream
	before rune   // the character before held
	at     int64  // how far the machine is
	passed int64  // how far pieces were given; more than at, where a character has not wholly come that is in no match
	pieces []Piece

	from     int64   // where this search began
	best     []int64 // the groups of the preferred match so far, if found
	found    bool
	previous int64 // where the last match ended
	skip     bool  // there was an empty match at from: the search goes on after the next character
}

// Finder returns a finder of matches of at most most bytes. A candidate that grows longer is given up, and with it
// what began within it and would have gone on in the same way. If most is zero or less, DefaultMax.
func (r *Regexp) Finder(most int) *Finder {
	if most <= 0 {
		most = DefaultMax
	}
	f := &Finder{machine: newMachine(r.prog), most: int64(most), before: noRune, previous: -1}
	f.start(0)
	return f
}

// Feed takes what came next, and returns what is decided, in order: all pieces together are the stream. What may still
// be part of a match is held back, which is never more than the bound and a character.
func (f *Finder) Feed(b []byte) []Piece {
	f.forget()
	f.held = append(f.held, b...)
	for f.step(false) {
	}
	f.pass(f.undecided())
	return f.pieces
}

// End says that the stream has ended, and returns what was held back.
func (f *Finder) End() []Piece {
	f.forget()
	for f.step(true) {
	}
	f.pass(f.end())
	return f.pieces
}

// forget drops the pieces that were given, and the text that nothing will look at again.
func (f *Finder) forget() {
	f.pieces = f.pieces[:0]
	if n := min(f.passed, f.at) - f.base; n > 0 {
		f.before = kind(f.held[n-1])
		f.held = f.held[:copy(f.held, f.held[n:])]
		f.base += n
	}
}

// end returns the offset after all that came.
func (f *Finder) end() int64 { return f.base + int64(len(f.held)) }

// step goes on by a character, or from a match to the search for the next. It reports false when it needs a character that
// has not come, or when the stream has ended.
func (f *Finder) step(ended bool) bool {
	f.leap()
	rest := f.held[f.at-f.base:]
	whole := len(rest) > 0 && (ended || utf8.FullRune(rest))
	if f.skip {
		if whole {
			_, width := utf8.DecodeRune(rest)
			f.search(f.from + int64(width))
		}
		return whole
	}
	if f.look(rest, ended) {
		f.decide()
		return true
	}
	if whole {
		r, width := utf8.DecodeRune(rest)
		f.at += int64(width)
		f.take(r, f.at, f.most)
		if !f.found {
			f.start(f.at)
		}
	}
	return whole
}

// leap goes to the next byte that a match may begin with, if none has begun.
func (f *Finder) leap() {
	if f.skip || f.found || len(f.ready.pcs) != 1 || f.ready.groups[0] != f.at {
		return
	}
	rest := f.held[f.at-f.base:]
	n := 0
	for n < len(rest) && !f.prog.first[rest[n]] {
		n++
	}
	if n > 0 {
		f.search(f.at + int64(n))
	}
}

// search begins a search at an offset.
func (f *Finder) search(from int64) {
	f.from, f.at, f.found, f.skip = from, from, false, false
	f.ready.clear()
	f.start(from)
}

// look follows the threads as far as they come before rest, and reports whether best is the match.
func (f *Finder) look(rest []byte, ended bool) bool {
	before, after := f.before, notYet
	if f.at > f.base {
		before = kind(f.held[f.at-f.base-1])
	}
	if len(rest) > 0 {
		after = kind(rest[0])
	} else if ended {
		after = noRune
	}
	f.follow(f.at, before, after)
	if groups, preferred := f.match(); groups != nil {
		f.best, f.found = append(f.best[:0], groups...), true
		f.waiting.keep(preferred, len(f.path))
	}
	if len(rest) > 0 && !ended && !utf8.FullRune(rest) && !f.takes(couldBe(rest)) && !f.takes(utf8.RuneError, utf8.RuneError) {
		f.waiting.clear() // whatever it becomes
	}
	return f.found && (len(f.waiting.pcs) == 0 || len(rest) == 0 && ended)
}

// decide gives best as a piece, unless it is empty and follows on the match before, and begins the search for the next.
func (f *Finder) decide() {
	from, to := f.best[0], f.best[1]
	if from != to || from != f.previous {
		f.pass(from)
		f.pieces = append(f.pieces, Piece{Data: f.text(from, to), Match: offsets(f.best, from)})
		f.passed = to
	}
	f.previous = to
	if to == f.from {
		f.at, f.found, f.skip = to, false, true
	} else {
		f.search(to)
	}
}

// undecided returns the offset of what may still be part of a match.
func (f *Finder) undecided() int64 {
	switch {
	case f.skip:
		return f.at
	case len(f.waiting.pcs) > 0:
		return f.waiting.groups[0] // what is preferred began no later
	case f.found:
		return f.best[0]
	}
	if part := f.held[f.at-f.base:]; len(part) > 0 && (f.prog.mayBegin(couldBe(part)) || f.prog.mayBegin(utf8.RuneError, utf8.RuneError)) {
		return f.at
	}
	return f.end()
}

// pass gives the text up to an offset as a piece.
func (f *Finder) pass(to int64) {
	if to > f.passed {
		f.pieces = append(f.pieces, Piece{Data: f.text(f.passed, to)})
		f.passed = to
	}
}

func (f *Finder) text(from, to int64) []byte {
	return f.held[from-f.base : to-f.base : to-f.base]
}
