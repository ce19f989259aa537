package record

import "github.com/fakewire/fakewire/fakeserver/transcript"

// How a lane records where the record has a limit. Hashing is what takes time: it is done
// without the recorder's mu.

// limited records e with as many bytes of p as may be kept, counts the rest, and returns
// how many are kept.
func (l *Lane) limited(e *transcript.Event, stable, p []byte) (kept int) {
	r := l.rec
	kept = r.limit.grant(len(p), false)
	t := l.tally(l.conn)
	rest := p[kept:]
	l.last = unkept{t.sum, rest}
	t.sum = l.sum(t.sum, rest)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.tapBytesLocked(e, p)
	if kept > 0 {
		e.Data = stable[:kept:kept]
		r.addLocked(e)
		t.close()
	}
	if len(rest) > 0 {
		e.Data, e.Offset, e.Count, e.Sum = nil, e.Offset+int64(kept), int64(len(rest)), t.sum
		r.limit.count(r, t, e)
	}
	return kept
}

// limitedDatagram records e with p if p may be kept, and otherwise counts it: half a datagram
// is none. Empty ones take no room, and are all kept.
func (l *Lane) limitedDatagram(e *transcript.Event, p []byte, stable func([]byte) []byte, with []transcript.Event) {
	r := l.rec
	keep := r.limit.grant(len(p), true) == len(p)
	t := l.tally(e.Conn)
	switch {
	case len(p) == 0:
		e.Data = []byte{}
	case keep:
		e.Data = stable(p)
	default:
		t.sum = addSum(addNumber(t.sum, int64(len(p))), p)
		e.Count, e.Sum = int64(len(p)), t.sum
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tapBytesLocked(e, p)
	switch {
	case len(p) == 0:
		r.limit.countEmpty(r, t, e)
	case keep:
		t.close()
		t.kept = e.Offset
		r.addLocked(e)
	default:
		r.limit.count(r, t, e)
	}
	for i := range with {
		r.noteLocked(&with[i])
	}
}

// tally returns the tally of conn in the lane's direction.
func (l *Lane) tally(conn int) *tally {
	if l.counts != nil && conn == l.conn {
		return l.counts
	}
	l.rec.mu.Lock()
	defer l.rec.mu.Unlock()
	t := l.rec.limit.of(conn, l.dir)
	if conn == l.conn {
		l.counts = t
	}
	return t
}

// unsum takes the last n bytes out of the checksum of what was not kept.
func (l *Lane) unsum(n int64) {
	if l.rec.limit == nil || n == 0 {
		return
	}
	t := l.tally(l.conn)
	left := max(0, int64(len(l.last.data))-n)
	t.sum = addSum(l.last.sum, l.last.data[:left])
	l.rec.mu.Lock()
	t.noted = t.sum
	l.rec.mu.Unlock()
}
