package fakeserver

import (
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How often a rule has acted since a mark, by the record.

// didNotAct begins the text of a Note which says that what the record has of a rule did not come
// about.
const didNotAct = "did not act: "

// FiredSince returns how often a rule has acted since a mark, by its name, or its key, such as
// "reset.ToClient.1": what Report counts, without what came before the mark. For a rule that never
// was in the plan that is 0. An act belongs to where the record has it. It panics as
// [transcript.Transcript.Since] does.
func (s *conns) FiredSince(rule string, m transcript.Mark) int64 {
	return firedIn(s.rec.Snapshot().Since(m), rule, nil)
}

// FiredSince returns how often a rule has acted since a mark, by its name, or its key, such as
// "loss.ToClient.1": what Report counts, without what came before the mark. For a rule that never
// was in the plan that is 0. An act belongs to where the record has it, which is where the rule
// decided about the datagram; as in Report, it counts once that was carried out. It panics as
// [transcript.Transcript.Since] does.
func (s *peers) FiredSince(rule string, m transcript.Mark) int64 {
	s.in.countReady()
	s.actions.mu.Lock() // what is decided is in the record
	defer s.actions.mu.Unlock()
	return firedIn(s.rec.Snapshot().Since(m), rule, s.actions.undoneLocked())
}

// A way is one direction of one connection or peer.
type way struct {
	conn      int
	direction transcript.Direction
}

// acts is what a record has of a rule one way.
type acts struct {
	n     int64
	first int64 // where it acted first
}

// firedIn returns how often a rule has acted by the events of tr, but for what others say, Notes that
// take acts back. A Note takes back no act that tr doesn't have.
func firedIn(tr transcript.Transcript, rule string, others []transcript.Event) (n int64) {
	by := map[way]*acts{}
	count := func(e transcript.Event) {
		if e.Rule != rule {
			return
		}
		at := way{e.Conn, e.Direction}
		a := by[at]
		switch {
		case e.Kind == transcript.Fault && a == nil:
			by[at] = &acts{max(1, e.Times), e.Offset}
		case e.Kind == transcript.Fault:
			a.n += max(1, e.Times)
		case a != nil && e.Kind == transcript.Note && strings.HasPrefix(e.Text, didNotAct):
			a.takeBack(e)
		}
	}
	for e := range tr.All() {
		count(e)
	}
	for _, e := range others {
		count(e)
	}
	for _, a := range by {
		n += a.n
	}
	return n
}

// takeBack takes back what e speaks of: the last act on a stream, or those on datagrams whose numbers
// follow one another, of which the first may have been before the first act here.
func (a *acts) takeBack(e transcript.Event) {
	n := max(1, e.Times)
	if e.Peer != "" {
		n = min(e.Count, max(0, e.Offset+e.Count-a.first))
	}
	a.n = max(0, a.n-n)
}
