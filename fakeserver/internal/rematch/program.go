package rematch

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// nextFlags are the conditions that the next character decides.
const nextFlags = syntax.EmptyEndLine | syntax.EmptyEndText | syntax.EmptyWordBoundary | syntax.EmptyNoWordBoundary

// A program is a compiled expression, and what can be told of it before any text is there.
type program struct {
	*syntax.Prog
	useful []bool // the instructions from which a match can be reached at all
	// first has the bytes a match may begin with. All that are no ASCII have the same answer; a
	// program that may match the empty text has all. firsts are the instructions that would take them.
	first  [256]bool
	firsts []*syntax.Inst
	empty  bool // the empty text may match
}

func newProgram(prog *syntax.Prog) *program {
	p := &program{Prog: prog, useful: make([]bool, len(prog.Inst))}
	for again := true; again; {
		again = false
		for pc := range prog.Inst {
			if !p.useful[pc] && p.leadsOn(&prog.Inst[pc]) {
				p.useful[pc], again = true, true
			}
		}
	}
	p.findFirst(uint32(prog.Start), make([]bool, len(prog.Inst)))
	return p
}

// leadsOn reports whether an instruction leads to a useful one, or is a match itself.
func (p *program) leadsOn(i *syntax.Inst) bool {
	switch i.Op {
	case syntax.InstMatch:
		return true
	case syntax.InstFail:
		return false
	case syntax.InstAlt, syntax.InstAltMatch:
		return p.useful[i.Out] || p.useful[i.Arg]
	case syntax.InstRune:
		return len(i.Rune) > 0 && p.useful[i.Out]
	}
	return p.useful[i.Out]
}

// findFirst fills first with what the instructions reached from pc without text may begin with.
func (p *program) findFirst(pc uint32, seen []bool) {
	if seen[pc] || !p.useful[pc] {
		return
	}
	seen[pc] = true
	switch i := &p.Inst[pc]; i.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		p.findFirst(i.Out, seen)
		p.findFirst(i.Arg, seen)
	case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
		p.findFirst(i.Out, seen)
	case syntax.InstMatch:
		p.empty = true
		for b := range p.first {
			p.first[b] = true
		}
	default:
		p.firsts = append(p.firsts, i)
		beyond := matchesIn(i, utf8.RuneSelf, utf8.MaxRune)
		for b := range p.first {
			p.first[b] = p.first[b] || b < utf8.RuneSelf && i.MatchRune(rune(b)) || b >= utf8.RuneSelf && beyond
		}
	}
}

// mayBegin reports whether a match may begin with one of the characters from lo to hi, which are no ASCII, or before it.
func (p *program) mayBegin(lo, hi rune) bool {
	return p.empty || slices.ContainsFunc(p.firsts, func(i *syntax.Inst) bool { return matchesIn(i, lo, hi) })
}

// matchesIn reports whether an instruction that matches characters matches one of those from lo to hi, which are
// no ASCII.
func matchesIn(i *syntax.Inst, lo, hi rune) bool {
	switch {
	case i.Op == syntax.InstRuneAny || i.Op == syntax.InstRuneAnyNotNL:
		return true
	case len(i.Rune) == 1:
		r := i.Rune[0]
		if lo <= r && r <= hi {
			return true
		}
		if syntax.Flags(i.Arg)&syntax.FoldCase == 0 {
			return false
		}
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			if lo <= other && other <= hi {
				return true
			}
		}
		return false
	}
	for pair := 0; pair < len(i.Rune); pair += 2 {
		if i.Rune[pair] <= hi && lo <= i.Rune[pair+1] {
			return true
		}
	}
	return false
}

// couldBe returns the least and the greatest character that begin with these bytes, which are not all of one. A byte that
// begins none gives an empty range.
func couldBe(part []byte) (lo, hi rune) {
	var least, greatest [utf8.UTFMax]byte
	copy(least[:], part)
	copy(greatest[:], part)
	n := 2
	switch b := part[0]; {
	case b >= 0xf0:
		n = 4
	case b >= 0xe0:
		n = 3
	}
	for i := len(part); i < n; i++ {
		least[i], greatest[i] = 0x80, 0xbf
		if i == 1 {
			least[1], greatest[1] = second(part[0])
		}
	}
	lo, _ = utf8.DecodeRune(least[:n])
	hi, _ = utf8.DecodeRune(greatest[:n])
	return lo, hi
}

// second returns the range of the byte after the first one of a character.
func second(first byte) (lo, hi byte) {
	switch first {
	case 0xe0:
		return 0xa0, 0xbf // below, it would have been written shorter
	case 0xed:
		return 0x80, 0x9f // above are the surrogates
	case 0xf0:
		return 0x90, 0xbf // below, it would have been written shorter
	case 0xf4:
		return 0x80, 0x8f // above is nothing
	}
	return 0x80, 0xbf
}
