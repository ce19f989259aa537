package fault

import (
	"bytes"
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
	tells []*peerWatch
	n     int64         // datagrams so far
	room  []decide.Copy // what the last verdict has; used again
}

// peerWork is a rule at work on one direction of one peer.
type peerWork struct {
	active
	decider datagramDecider
	begun   bool
	nth     int64 // datagrams since it began, of those that it is for
	began   time.Duration
	hits    int
	matches *matchCount // in this direction; nil: there is none
	signal  *signal     // that its match has come in the other; nil: it comes from nowhere else
	heard   int64       // how many of those it has begun by
	cause   cause       // that it began
	due     bool        // a match has come since it began
}

// peer returns the decisions for direction d of peer conn.
func (g *program) peer(conn int, d transcript.Direction) *peer {
	g.tally.sawConn(conn)
	p := &peer{prog: g, tally: g.tally, conn: conn, dir: d}
	for _, a := range g.rulesFor(conn, d) {
		p.works = append(p.works, p.newWork(a))
	}
	p.tell(g.rulesToldBy(conn, d))
	return p
}

func (p *peer) newWork(a active) *peerWork {
	w := &peerWork{active: a}
	switch {
	case len(a.rule.After.Match) == 0:
	case a.rule.looksIn(p.dir):
		w.matches = newMatchCount(a)
	default:
		w.signal = p.tally.signal(a.out, p.conn)
	}
	return w
}

// Next lets rules act in plan order; no rule acts on a datagram that one before it lost.
func (p *peer) Next(data []byte, now time.Duration) decide.Verdict {
	p.n++
	v := verdict{Verdict: decide.Verdict{Number: p.n, Copies: append(p.room[:0], decide.Copy{Number: 1, Data: data})}}
	for _, w := range p.works {
		p.tally.progress(p.conn, []*outcome{w.out}, nil, p.n)
		if !w.acts(p.n, data, now) {
			continue
		}
		p.tally.came(w.out)
		if len(v.Copies) == 0 || w.rule.Limit > 0 && w.hits >= w.rule.Limit {
			continue
		}
		if q := w.rule.Probability; q != nil && !w.draws.apart(forChance).hit(p.n, *q) {
			continue
		}
		copies, outages := len(v.Copies), len(v.Outages)
		if w.decider.decide(&v, w.nth) {
			w.hits++
			hit := w.hit(&v, copies)
			if began := v.Outages[outages:]; len(began) > 0 {
				w.name(began)
				if p.dir == transcript.FromClient {
					hit.Copy = 0 // as soon as it has come
				}
			}
			v.Fired = append(v.Fired, hit)
		}
	}
	p.search(data)
	p.room = v.Copies
	return v.Verdict
}

// hit returns what the rule has done to a datagram of which there were so many copies.
func (w *peerWork) hit(v *verdict, copies int) decide.Hit {
	text := w.cause.with(describeHit(w.rule.Fault, v), "in datagram")
	w.cause = cause{}
	hit := decide.Hit{
		Rule: w.key, Text: text, Number: v.Number, Copy: actsWith(copies, len(v.Copies)), Account: w.out,
	}
	if _, forges := w.rule.Fault.(Forge); forges {
		hit.Forged = hit.Copy
	}
	return hit
}

// name says of outages that they are the rule's.
func (w *peerWork) name(outages []decide.Outage) {
	for i := range outages {
		outages[i].Rule, outages[i].Account = w.key, w.out
	}
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

// acts reports whether datagram n is one that the rule is for, and in its window.
func (w *peerWork) acts(n int64, data []byte, now time.Duration) bool {
	if w.mayBegin(n, now) {
		w.begin(n, now)
	}
	if !w.begun || !bytes.Contains(data, w.rule.Contains) {
		return false
	}
	w.nth++
	if w.once {
		return w.nth == 1
	}
	u := w.rule.Until
	return (u.Datagrams == 0 || w.nth <= u.Datagrams) && (u.Time == 0 || now < w.began+u.Time)
}

// mayBegin reports whether the trigger has come true with datagram n; for a rule that has begun,
// once more.
func (w *peerWork) mayBegin(n int64, now time.Duration) bool {
	t := &w.rule.After
	switch {
	case n < w.first() || now < t.Time:
		return false
	case w.signal != nil:
		return w.signal.sent.Load() > w.heard
	case w.matches != nil:
		return w.due
	}
	return !w.begun
}

// begin lets the rule act from datagram n on.
func (w *peerWork) begin(n int64, now time.Duration) {
	w.begun, w.nth, w.began, w.due = true, 0, now, false
	w.decider = w.rule.Fault.(datagramFault).datagram(w.draws)
	if w.rule.countsAll() {
		w.nth = n - w.first() // more than 0, for a rule that came with SetFaults
	}
	if w.signal != nil {
		w.cause = causeOf(w.rule, w.signal.take(w.heard))
		w.heard++ // as many windows open as matches came, if they came before one of them could
	}
}

// first returns the first datagram on which the rule may act. One that acts once does so with the
// last of those that come before it, as it does on a stream.
func (w *peerWork) first() int64 {
	if w.once {
		return max(1, w.rule.After.Datagrams)
	}
	return w.rule.After.Datagrams + 1
}

// describeHit says in words what a rule did to a datagram.
func describeHit(f Fault, v *verdict) string {
	if d, ok := f.(interface{ describeHit(*verdict) string }); ok {
		return d.describeHit(v)
	}
	return ""
}

func (p *peer) Skip(n int) int64 {
	p.n += int64(n)
	return p.n - int64(n) + 1
}

func (p *peer) Count() int64 { return p.n }

func (p *peer) IsStale(present decide.Program) bool { return p.prog != present }
