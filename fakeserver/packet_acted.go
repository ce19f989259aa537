package fakeserver

import (
	"cmp"
	"slices"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// actions counts and records what rules do to datagrams, in one: what is in the report is in
// the record.
//
// What is decided about a datagram is recorded at once, with the datagram itself: no snapshot has
// the one without the other. A rule counts as fired when that was carried out: one that loses the
// datagram, at once; one that adds copies, when the datagram is delivered more often than it would
// be without that; one that forges a copy, when this is delivered; any other, when the datagram is. A datagram to a client is delivered when it leaves, one from a client when it
// lies ready for the handler or the reader: as in a socket's buffer, whether or not it is read.
//
// If that never comes about, the record says that the rule did not act.
type actions struct {
	rec  *record.Recorder
	mu   sync.Mutex     // held while something is counted and recorded; guards all fates, and open
	open map[*fate]bool // those of which something is still to become known
}

func newActions(rec *record.Recorder) *actions {
	return &actions{rec: rec, open: map[*fate]bool{}}
}

// A fate is what rules are to do to one datagram. That of one on which none acts is nil, which
// the methods take.
type fate struct {
	actions   *actions
	p         *peer
	dir       transcript.Direction
	hits      []decide.Hit    // what the rules do; what is done comes first
	done      int             // how many hits are
	delivered int             // copies
	left      int             // copies of which nothing is known yet
	why       string          // a copy was not delivered
	outages   []decide.Outage // to the client: that begin when the first copy has left
}

func (a *actions) newFate(p *peer, d transcript.Direction, v decide.Verdict) *fate {
	if len(v.Fired) == 0 {
		return nil
	}
	return &fate{actions: a, p: p, dir: d, hits: v.Fired, left: len(v.Copies), outages: v.Outages}
}

// decided returns what the record says of the decision. Of a datagram that is lost, it
// settles the fate. It needs the actions' mu.
func (f *fate) decided() (events []transcript.Event) {
	if f == nil {
		return nil
	}
	for _, hit := range f.hits {
		e := f.event(transcript.Fault, hit)
		e.Text = hit.Text
		events = append(events, e)
	}
	f.act(0) // what acts at once
	if f.actions.open[f] = true; f.left == 0 {
		events = append(events, notesOf(f.settle(0, "the datagram was lost"))...)
	}
	return events
}

// event returns an event about what a rule does.
func (f *fate) event(k transcript.Kind, hit decide.Hit) transcript.Event {
	return transcript.Event{
		Conn: f.p.n, Direction: f.dir, Kind: k, Offset: hit.Number, Peer: f.p.text, Rule: hit.Rule,
	}
}

// deliver counts the copy of a number as delivered, and returns how many rules have acted with
// it. It needs the actions' mu, and is followed by settle.
func (f *fate) deliver(copy int) (acted int) {
	if f == nil {
		return 0
	}
	f.delivered++
	return f.act(copy)
}

// takeOutages returns the outages that begin now, once each.
func (f *fate) takeOutages() (all []decide.Outage) {
	if f != nil {
		all, f.outages = f.outages, nil
	}
	return all
}

// act counts the rules that act when so many copies were delivered as now, and the latest has
// that number: 0, if none was.
func (f *fate) act(copy int) (acted int) {
	for i := f.done; i < len(f.hits); i++ {
		hit := f.hits[i]
		if hit.Forged > 0 && hit.Forged == copy || hit.Forged == 0 && hit.Copy == f.delivered {
			f.decider().Done(hit)
			f.hits[i], f.hits[f.done] = f.hits[f.done], hit
			f.done++
			acted++
		}
	}
	return acted
}

// takeBack takes back the last deliver, with which so many rules acted. It needs the actions'
// mu.
func (f *fate) takeBack(acted int) {
	if f == nil {
		return
	}
	f.delivered--
	for range acted {
		f.done--
		f.decider().Undo(f.hits[f.done])
	}
}

// settle says that no more is to be known of n copies, and why, if they were not delivered.
// With the last one, it returns what was not done. It needs the actions' mu.
func (f *fate) settle(n int, why string) (idle []undone) {
	if f == nil {
		return nil
	}
	f.left -= n
	f.why = cmp.Or(why, f.why)
	if f.left > 0 {
		return nil
	}
	for _, hit := range f.hits[f.done:] {
		idle = append(idle, undone{f, hit})
	}
	f.done = len(f.hits)
	delete(f.actions.open, f)
	return idle
}

func (f *fate) decider() decide.Peer {
	if f.dir == transcript.FromClient {
		return f.p.in
	}
	return f.p.out
}

// undone is what a rule was to do to a datagram, and did not.
type undone struct {
	fate *fate
	hit  decide.Hit
}

// notesOf returns what the record says of rules that did not act: one event for each rule and
// peer, and for datagrams whose numbers follow one another.
func notesOf(idle []undone) (notes []transcript.Event) {
	slices.SortFunc(idle, func(a, b undone) int {
		return cmp.Or(cmp.Compare(a.fate.p.n, b.fate.p.n), cmp.Compare(a.fate.dir, b.fate.dir), cmp.Compare(a.hit.Rule, b.hit.Rule), cmp.Compare(a.hit.Number, b.hit.Number))
	})
	for _, u := range idle {
		e := u.fate.event(transcript.Note, u.hit)
		e.Count, e.Text = 1, didNotAct+u.fate.why
		if n := len(notes); n > 0 && goesOn(notes[n-1], e) {
			notes[n-1].Count++
			continue
		}
		notes = append(notes, e)
	}
	return notes
}

// goesOn reports whether next says the same as e of the datagram that follows e's.
func goesOn(e, next transcript.Event) bool {
	return e.Conn == next.Conn && e.Direction == next.Direction && e.Rule == next.Rule && e.Text == next.Text && e.Offset+e.Count == next.Offset
}

// undoneLocked returns Notes, which are not recorded, of what rules are to do and have not done so
// far. It needs mu.
func (a *actions) undoneLocked() []transcript.Event {
	var all []undone
	for f := range a.open {
		for _, hit := range f.hits[f.done:] {
			all = append(all, undone{f, hit})
		}
	}
	return notesOf(all)
}

// record records events.
func (a *actions) record(events []transcript.Event) {
	for _, e := range events {
		a.rec.Add(e)
	}
}

// giveUp says that n more copies of a datagram are not delivered either.
func (a *actions) giveUp(f *fate, n int, why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.record(notesOf(f.settle(n, why)))
}

// await waits until what was counted is recorded.
func (a *actions) await() {
	a.mu.Lock()
	defer a.mu.Unlock()
}
