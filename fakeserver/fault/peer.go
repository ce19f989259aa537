package fault

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Peer decides what happens to the datagrams of one direction of one peer.
type Peer struct {
	prog  *Program
	conn  int
	works []*peerWork
	n     int64 // datagrams so far
}

// peerWork is a rule at work on one direction of one peer.
type peerWork struct {
	active
	decider datagramDecider
	begun   bool
	from    int64 // the first datagram in its window
	began   time.Duration
	hits    int
}

// A Verdict says what happens to one datagram.
type Verdict struct {
	Number int64         // the datagram's, from 1
	Copies int           // how often it is delivered; 0: it is lost
	Data   []byte        // what is delivered: the datagram itself, or a changed copy
	Delay  time.Duration // how much later
	Behind int64         // behind how many of the peer's next datagrams
	Fired  []Hit         // the rules that acted, in plan order

	buckets []*Bucket
}

// A Hit is a rule that acted on a datagram.
type Hit struct {
	Rule string
	Text string
}

// Due returns when the datagram is due that was taken at now. Ask once for each
// copy.
func (v Verdict) Due(now time.Time) time.Time {
	due := now.Add(v.Delay)
	for _, b := range v.buckets {
		due = b.take(due, len(v.Data))
	}
	return due
}

// Peer returns the decisions for direction d of peer conn.
func (g *Program) Peer(conn int, d transcript.Direction) *Peer {
	g.tally.sawConn(conn)
	p := &Peer{prog: g, conn: conn}
	for _, a := range g.rulesFor(conn, d) {
		p.works = append(p.works, newPeerWork(a))
	}
	return p
}

func newPeerWork(a active) *peerWork {
	return &peerWork{active: a, decider: a.rule.Fault.(datagramFault).datagram(a.draws)}
}

// Next decides about the peer's next datagram, p, which came at now after the
// peer's first. Rules act in plan order; no rule acts on a datagram that one before
// it lost.
func (p *Peer) Next(data []byte, now time.Duration) Verdict {
	p.n++
	v := Verdict{Number: p.n, Copies: 1, Data: data}
	for _, w := range p.works {
		p.prog.tally.progress(p.conn, []*outcome{w.out}, nil, p.n)
		if !w.acts(p.n, now) {
			continue
		}
		p.prog.tally.armed(w.out)
		if v.Copies == 0 || w.rule.Limit > 0 && w.hits >= w.rule.Limit {
			continue
		}
		if q := w.rule.Probability; q != nil && !w.draws.apart(forChance).hit(p.n, *q) {
			continue
		}
		if w.decider.decide(&v, p.n-w.from+1) {
			w.hits++
			v.Fired = append(v.Fired, Hit{w.key, describeHit(w.rule.Fault, v)})
			p.prog.tally.fired(w.out, p.conn, p.n)
		}
	}
	return v
}

// acts reports whether datagram n is in the rule's window.
func (w *peerWork) acts(n int64, now time.Duration) bool {
	if !w.begun {
		if n <= w.rule.After.Datagrams || now < w.rule.After.Time {
			return false
		}
		w.begun, w.from, w.began = true, n, now
		if w.rule.After.Time == 0 {
			w.from = w.rule.After.Datagrams + 1 // before n, for a rule that came with SetFaults
		}
	}
	u := w.rule.Until
	return (u.Datagrams == 0 || n < w.from+u.Datagrams) && (u.Time == 0 || now < w.began+u.Time)
}

// describeHit says in words what a rule did to a datagram.
func describeHit(f Fault, v Verdict) string {
	if d, ok := f.(interface{ describeHit(Verdict) string }); ok {
		return d.describeHit(v)
	}
	return ""
}

// Skip counts the peer's next datagram without a decision: for a plan without rules. It
// returns the datagram's number.
func (p *Peer) Skip() int64 {
	p.n++
	return p.n
}

// Count returns how many datagrams there were so far.
func (p *Peer) Count() int64 { return p.n }

// IsStale reports whether the peer goes by another program than g.
func (p *Peer) IsStale(g *Program) bool { return p.prog != g }
