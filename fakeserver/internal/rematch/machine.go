package rematch

import (
	"regexp/syntax"
	"unicode/utf8"
)

// No character: before the text, and after it. notYet is one that has not come.
const (
	noRune rune = -1
	notYet rune = -2
)

// A machine runs a program over characters, all ways at once, as package regexp does (Pike's way): a thread is an
// instruction and the groups that the way there has set, and of two at the same instruction only the preferred one goes on.
// It knows no text: its owner tells it what stands before and after.
type machine struct {
	prog    *program
	ready   threads  // in order of preference: where the ways are after the last character
	waiting threads  // where they are once those have been followed up to what needs a character
	seen    []uint64 // the round in which follow came to an instruction last
	round   uint64
	path    []int64 // the groups on the way that walk goes
}

// threads is a list of threads, with the groups of all in one slice.
type threads struct {
	pcs    []uint32
	groups []int64
}

func newMachine(prog *program) machine {
	return machine{prog: prog, seen: make([]uint64, len(prog.Inst)), path: make([]int64, prog.NumCap)}
}

func (t *threads) keep(n, each int) { t.pcs, t.groups = t.pcs[:n], t.groups[:n*each] }

func (t *threads) clear() { t.pcs, t.groups = t.pcs[:0], t.groups[:0] }

func (t *threads) add(pc uint32, groups []int64) {
	t.pcs = append(t.pcs, pc)
	t.groups = append(t.groups, groups...)
}

// of returns the groups of the ith thread.
func (t *threads) of(i, each int) []int64 { return t.groups[i*each : (i+1)*each] }

// start adds a thread, the last in preference, that begins a match at offset at.
func (m *machine) start(at int64) {
	for i := range m.path {
		m.path[i] = -1
	}
	m.path[0] = at
	m.ready.add(uint32(m.prog.Start), m.path)
}

// follow fills waiting from ready, at offset at between two characters. With after notYet, threads wait at
// what asks for it.
func (m *machine) follow(at int64, before, after rune) {
	m.waiting.clear()
	m.round++
	conditions, unknown := syntax.EmptyOpContext(before, after), syntax.EmptyOp(0)
	if after == notYet {
		conditions, unknown = syntax.EmptyOpContext(before, utf8.RuneError), nextFlags
	}
	for i, pc := range m.ready.pcs {
		copy(m.path, m.ready.of(i, len(m.path)))
		m.walk(pc, at, conditions, unknown)
	}
}

// walk follows the ways from pc that need no character.
func (m *machine) walk(pc uint32, at int64, conditions, unknown syntax.EmptyOp) {
	if m.seen[pc] == m.round || !m.prog.useful[pc] {
		return
	}
	m.seen[pc] = m.round
	switch i := &m.prog.Inst[pc]; i.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		m.walk(i.Out, at, conditions, unknown)
		m.walk(i.Arg, at, conditions, unknown)
	case syntax.InstNop:
		m.walk(i.Out, at, conditions, unknown)
	case syntax.InstCapture:
		old := m.path[i.Arg]
		m.path[i.Arg] = at
		m.walk(i.Out, at, conditions, unknown)
		m.path[i.Arg] = old
	case syntax.InstEmptyWidth:
		switch asked := syntax.EmptyOp(i.Arg); {
		case asked&^unknown&^conditions != 0:
		case asked&unknown != 0:
			m.waiting.add(pc, m.path)
		default:
			m.walk(i.Out, at, conditions, unknown)
		}
	case syntax.InstMatch:
		m.path[1] = at
		m.waiting.add(pc, m.path)
	default:
		m.waiting.add(pc, m.path)
	}
}

// match returns the groups of the first match in waiting, and how many threads are preferred to it: all, if it is nil.
func (m *machine) match() (groups []int64, preferred int) {
	for i, pc := range m.waiting.pcs {
		if m.prog.Inst[pc].Op == syntax.InstMatch {
			return m.waiting.of(i, len(m.path)), i
		}
	}
	return nil, len(m.waiting.pcs)
}

// take gives a character that ends at offset end to what waits for it, which fills ready. A thread whose match would be
// longer than most bytes ends.
func (m *machine) take(r rune, end, most int64) {
	m.ready.clear()
	for i, pc := range m.waiting.pcs {
		switch inst := &m.prog.Inst[pc]; inst.Op {
		case syntax.InstMatch, syntax.InstEmptyWidth:
		default:
			if groups := m.waiting.of(i, len(m.path)); inst.MatchRune(r) && end-groups[0] <= most {
				m.ready.add(inst.Out, groups)
			}
		}
	}
}

// takes reports whether a thread waits for one of the characters from lo to hi, which are no ASCII.
func (m *machine) takes(lo, hi rune) bool {
	for _, pc := range m.waiting.pcs {
		switch inst := &m.prog.Inst[pc]; inst.Op {
		case syntax.InstMatch, syntax.InstEmptyWidth:
		default:
			if matchesIn(inst, lo, hi) {
				return true
			}
		}
	}
	return false
}

// kind returns the character that stands for one with this byte in it, as far as the conditions look at it: ASCII
// is itself, and all else is no letter of a word.
func kind(b byte) rune {
	if b < utf8.RuneSelf {
		return rune(b)
	}
	return utf8.RuneError
}
