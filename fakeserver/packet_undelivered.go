package fakeserver

import (
	"cmp"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An undelivered datagram is one that has come in or was to leave, and that will not be
// delivered any more.
type undelivered struct {
	p      *peer
	number int64
	fate   *fate
}

// undeliveredOf returns datagrams that came in.
func undeliveredOf(deliveries []delivery) (all []undelivered) {
	for _, d := range deliveries {
		all = append(all, undelivered{d.peer, d.Number, d.fate})
	}
	return all
}

// nameUndelivered records undelivered datagrams: by peer, and numbers that follow one another
// in one event. Of a datagram that was to come several times each copy counts. After that it
// says which rules did not act.
func (a *actions) nameUndelivered(d transcript.Direction, all []undelivered, why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.SortFunc(all, func(a, b undelivered) int {
		return cmp.Or(cmp.Compare(a.p.n, b.p.n), cmp.Compare(a.number, b.number))
	})
	for rest := all; len(rest) > 0; {
		p := rest[0].p
		n := slices.IndexFunc(rest, func(u undelivered) bool { return u.p != p })
		if n < 0 {
			n = len(rest)
		}
		for _, r := range runsOf(rest[:n]) {
			a.rec.Add(transcript.Event{
				Conn: p.n, Direction: d, Kind: transcript.Undelivered, Offset: r.first, Count: r.next - r.first, Peer: p.text, Text: why,
			})
		}
		rest = rest[n:]
	}
	var idle []undone
	for _, u := range all {
		idle = append(idle, u.fate.settle(1, why)...)
	}
	a.record(notesOf(idle))
}

// A run is of numbers that follow one another.
type run struct{ first, next int64 }

// runsOf returns the numbers of one peer, which are sorted, as runs. A number that is there
// twice is in two of them.
func runsOf(all []undelivered) []run {
	var ended, open []run // open: those that the next number goes on with
	for len(all) > 0 {
		number, n := all[0].number, 0
		for n < len(all) && all[n].number == number {
			n++
		}
		all = all[n:]
		if len(open) > 0 && open[0].next != number {
			ended, open = append(ended, open...), nil
		}
		if len(open) > n {
			ended, open = append(ended, open[n:]...), open[:n]
		}
		for len(open) < n {
			open = append(open, run{number, number})
		}
		for i := range open {
			open[i].next++
		}
	}
	ended = append(ended, open...)
	slices.SortStableFunc(ended, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	return ended
}
