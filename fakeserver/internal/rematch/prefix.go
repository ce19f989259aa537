package rematch

import (
	"math"
	"slices"
	"unicode/utf8"
)

// A State is what is known of a match.
type State int

// What Feed says.
const (
	More    State = iota // it depends on what comes
	Matched              // there is a match
	Failed               // nothing that comes can make one
)

func (s State) String() string {
	return [...]string{More: "more", Matched: "matched", Failed: "failed"}[s]
}

// A Prefix looks for a match at the beginning of a stream: the shortest that matches as a whole. That differs
// from what is preferred: `a+` matches "a". What follows the match is looked at only where the expression asks for it:
// `\w+\b` waits for the end of the word.
type Prefix struct {
	machine
	before rune   // the character before at
	at     int64  // how much of the stream the machine has taken
	part   []byte // what has come of the character after
	fed    int64
	state  State
	n      int
	groups []int64
}

// Prefix returns a matcher for the beginning of a stream.
func (r *Regexp) Prefix() *Prefix {
	p := &Prefix{machine: newMachine(r.prog), before: noRune}
	p.start(0)
	p.look(notYet)
	return p
}

// Feed takes what came next, and says what is known. Matched: the first n of all bytes fed are the match. Failed:
// n is the offset of the first byte with which nothing can match anymore. After either of them, what is fed changes nothing.
// The answer doesn't depend on how the stream is cut; n counts all bytes fed, not those of b. Matched and Failed can be the
// answer to no byte at all.
func (p *Prefix) Feed(b []byte) (n int, s State) {
	for _, c := range b {
		if p.state != More {
			break
		}
		p.part = append(p.part, c)
		p.fed++
		p.advance()
	}
	return p.n, p.state
}

// End says that the stream ended here, and returns Matched or Failed. Where it is the end that makes a match
// impossible, n is the length of the stream.
func (p *Prefix) End() (n int, s State) {
	if p.state != More {
		return p.n, p.state
	}
	for len(p.part) > 0 && p.look(kind(p.part[0])) {
		p.consume()
	}
	if p.state == More {
		p.look(noRune)
	}
	if p.state != Matched {
		p.fail(p.fed)
	}
	return p.n, p.state
}

// Groups returns the offsets of a match's groups in all that was fed, as regexp.Regexp.FindSubmatchIndex
// does. It is nil where nothing matched.
func (p *Prefix) Groups() []int {
	if p.state != Matched {
		return nil
	}
	return offsets(p.groups, 0)
}

// advance takes from part what is whole, and says what the last byte of it decides.
func (p *Prefix) advance() {
	for p.state == More && len(p.part) > 0 {
		if !p.look(kind(p.part[0])) {
			return
		}
		if !utf8.FullRune(p.part) {
			if !p.canGoOn() {
				p.fail(p.fed - 1)
			}
			return
		}
		p.consume()
	}
	if p.state == More {
		p.look(notYet)
	}
}

// look follows the threads as far as they come before the character after, and reports whether they
// still want it.
func (p *Prefix) look(after rune) bool {
	p.follow(p.at, p.before, after)
	if groups, _ := p.match(); groups != nil {
		p.state, p.n, p.groups = Matched, int(p.at), slices.Clone(groups)
		return false
	}
	if len(p.waiting.pcs) == 0 {
		p.fail(max(0, p.fed-1))
	}
	return p.state == More
}

func (p *Prefix) fail(at int64) { p.state, p.n = Failed, int(at) }

// consume gives the machine the first character of part.
func (p *Prefix) consume() {
	r, width := utf8.DecodeRune(p.part)
	p.at += int64(width)
	p.take(r, p.at, math.MaxInt64)
	p.before = kind(p.part[0])
	p.part = p.part[width:]
}

// canGoOn reports whether a thread can still match, with part being what has come of a character: because it becomes one
// that the thread wants, or because it becomes none, and each of its bytes counts as U+FFFD.
func (p *Prefix) canGoOn() bool {
	if p.takes(couldBe(p.part)) {
		return true
	}
	broken := newMachine(p.prog)
	broken.waiting = threads{slices.Clone(p.waiting.pcs), slices.Clone(p.waiting.groups)}
	at := p.at
	for i := range p.part {
		at++
		broken.take(utf8.RuneError, at, math.MaxInt64)
		after := notYet
		if i+1 < len(p.part) {
			after = utf8.RuneError
		}
		broken.follow(at, utf8.RuneError, after)
		if groups, _ := broken.match(); groups != nil {
			return true
		}
	}
	return len(broken.waiting.pcs) > 0
}

// offsets returns groups as package regexp has them, counted from an offset in the stream.
func offsets(groups []int64, from int64) []int {
	all := make([]int, len(groups))
	for i, at := range groups {
		if all[i] = int(at - from); at < 0 {
			all[i] = -1
		}
	}
	return all
}
