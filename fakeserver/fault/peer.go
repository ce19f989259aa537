package fault

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// peer implements decide.Peer.
type peer struct {
	prog  *program
	tally *tally // of all programs that it goes by
	conn  int
	dir   transcript.Direction
	works []*peerWork
	n     int64         // datagrams so far
	room  []decide.Copy // what the last verdict has; used again
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

// peer returns the decisions for direction d of peer conn.
func (g *program) peer(conn int, d transcript.Direction) *peer {
	g.tally.sawConn(conn)
	p := &peer{prog: g, tally: g.tally, conn: conn, dir: d}
	for _, a := range g.rulesFor(conn, d) {
		p.works = append(p.works, newPeerWork(a))
	}
	return p
}

func newPeerWork(a active) *peerWork {
	return &peerWork{active: a, decider: a.rule.Fault.(datagramFault).datagram(a.draws)}
}

// Next lets rules act in plan order; no rule acts on a datagram that one before it lost.
func (p *peer) Next(data []byte, now time.Duration) decide.Verdict {
	p.n++
	v := verdict{Verdict: decide.Verdict{Number: p.n, Copies: append(p.room[:0], decide.Copy{Number: 1, Data: data})}}
	for _, w := range p.works {
		p.tally.progress(p.conn, []*outcome{w.out}, nil, p.n)
		if !w.acts(p.n, now) {
			continue
		}
		p.tally.came(w.out)
		if len(v.Copies) == 0 || w.rule.Limit > 0 && w.hits >= w.rule.Limit {
			continue
		}
		if q := w.rule.Probability; q != nil && !w.draws.apart(forChance).hit(p.n, *q) {
			continue
		}
		copies := len(v.Copies)
		if w.decider.decide(&v, p.n-w.from+1) {
			w.hits++
			v.Fired = append(v.Fired, w.hit(&v, copies))
		}
	}
	p.room = v.Copies
	return v.Verdict
}

// hit returns what the rule has done to a datagram of which there were so many copies.
func (w *peerWork) hit(v *verdict, copies int) decide.Hit {
	hit := decide.Hit{
		Rule: w.key, Text: describeHit(w.rule.Fault, v), Number: v.Number, Copy: actsWith(copies, len(v.Copies)), Account: w.out,
	}
	if _, forges := w.rule.Fault.(Forge); forges {
		hit.Forged = hit.Copy
	}
	return hit
}

// actsWith returns the Copy of a Hit by which a datagram that was to be delivered before times
// is to be delivered now times.
func actsWith(before, now int) int {
	switch {
	case now == 0:
		return 0
	case now > before:
		return before + 1
	}
	return 1
}

// acts reports whether datagram n is in the rule's window.
func (w *peerWork) acts(n int64, now time.Duration) bool {
	if !w.begun {
		if n <= w.rule.After.Datagrams || now < w.rule.After.Time {
			return false
		}
		w.begun, w.from, w.began = true, n, now
		if w.rule.After.isOffset() {
			w.from = w.rule.After.Datagrams + 1 // before n, for a rule that came with SetFaults
		}
	}
	u := w.rule.Until
	return (u.Datagrams == 0 || n < w.from+u.Datagrams) && (u.Time == 0 || now < w.began+u.Time)
}

// describeHit says in words what a rule did to a datagram.
func describeHit(f Fault, v *verdict) string {
	if d, ok := f.(interface{ describeHit(*verdict) string }); ok {
		return d.describeHit(v)
	}
	return ""
}

func (p *peer) Skip() int64 {
	p.n++
	return p.n
}

func (p *peer) Count() int64 { return p.n }

func (p *peer) IsStale(present decide.Program) bool { return p.prog != present }
