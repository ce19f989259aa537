package fault

import (
	"bytes"
	"slices"
)

// A matchCount is that of the datagrams with a rule's match in them.
type matchCount struct {
	pattern     []byte
	out         *outcome
	first, last int // the matches that the rule begins by, counted from 1
	seen        int // how many there were
}

func newMatchCount(a active) *matchCount {
	first, last := a.rule.matches()
	return &matchCount{pattern: a.rule.After.Match, out: a.out, first: first, last: last}
}

// take counts a datagram, and reports whether the rule begins after it.
func (x *matchCount) take(t *tally, data []byte) bool {
	if x.seen >= x.last || !bytes.Contains(data, x.pattern) {
		return false
	}
	x.seen++
	t.matched(x.out, x.seen)
	return x.seen >= x.first
}

// A peerWatch counts matches for a rule of the other direction.
type peerWatch struct {
	*matchCount
	signal *signal
}

// search looks for the matches of rules in the peer's latest datagram.
func (p *peer) search(data []byte) {
	for _, w := range p.works {
		if w.matches != nil && p.n > w.rule.After.Datagrams && w.matches.take(p.tally, data) {
			w.due = true
		}
	}
	for _, x := range p.tells {
		if x.take(p.tally, data) {
			x.signal.tell(p.n)
		}
	}
}

// tell lets p look for the matches of other rules of the other direction than before. Those that
// it has looked for go on where they are.
func (p *peer) tell(next []active) {
	old := p.tells
	p.tells = nil
	for _, a := range next {
		if i := slices.IndexFunc(old, func(x *peerWatch) bool { return x.out == a.out }); i >= 0 {
			p.tells = append(p.tells, old[i])
			continue
		}
		p.tells = append(p.tells, &peerWatch{newMatchCount(a), p.tally.signal(a.out, p.conn)})
	}
}
