package fault

import "github.com/fakewire/fakewire/fakeserver/transcript"

// A Peer decides what happens to the datagrams of one direction of one peer.
type Peer struct {
	prog  *Program
	conn  int
	rules []active
	n     int64 // datagrams so far
	fired []string
}

// A Verdict says what happens to one datagram.
type Verdict struct {
	Number int64    // the datagram's, from 1
	Copies int      // how often it is delivered; 0: it is lost
	Fired  []string // the keys of the rules that acted; good until the next call
}

// Peer returns the decisions for direction d of peer conn.
func (g *Program) Peer(conn int, d transcript.Direction) *Peer {
	g.tally.sawConn(conn)
	return &Peer{prog: g, conn: conn, rules: g.rulesFor(conn, d)}
}

// Next decides about the peer's next datagram. Rules act in plan order; no rule
// acts on a datagram that one before it lost.
func (p *Peer) Next() Verdict {
	p.n++
	v := Verdict{Number: p.n, Copies: 1}
	if len(p.rules) == 0 {
		return v
	}
	p.fired = p.fired[:0]
	p.prog.tally.progress(p.conn, p.rules, p.n)
	for i := range p.rules {
		a := &p.rules[i]
		nth := p.n - a.rule.After.Datagrams
		if nth < 1 || v.Copies == 0 {
			continue
		}
		before := v.Copies
		v.Copies = a.rule.Fault.(datagramFault).copies(a.draws, p.n, nth, before)
		if v.Copies != before {
			p.fired = append(p.fired, a.key)
			p.prog.tally.fired(a.index, p.conn, p.n)
		}
	}
	v.Fired = p.fired
	return v
}
