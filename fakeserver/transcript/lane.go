package transcript

import "sync/atomic"

// A Lane records one direction of one connection, or of one datagram socket. Its
// bytes lie in blocks of its own, so that lanes don't wait for each other.
//
// A lane has one user at a time for its memory (Buffer, Commit, Append, Stash,
// Datagram) and one for Record, RecordDatagram and Unsend; Add and Offset are for
// everybody.
// Memory that it hands out belongs to the record: callers may read it, and fill
// what Buffer returned until Commit.
type Lane struct {
	rec    *Recorder
	conn   int
	dir    Direction
	block  []byte       // the current block
	used   int          // how much of it is taken
	taken  int64        // bytes of storage taken so far
	sum    uint64       // of the bytes not kept; guarded by the recorder's mu
	offset atomic.Int64 // of the next byte to be recorded
}

// Lane returns a new lane for direction d of connection conn.
func (r *Recorder) Lane(conn int, d Direction) *Lane {
	return &Lane{rec: r, conn: conn, dir: d}
}

// Offset returns the stream offset of the next byte to be recorded.
func (l *Lane) Offset() int64 { return l.offset.Load() }

// Buffer returns at least need free bytes to read into. The bytes become part of
// the record with Commit; until then the next call returns the same memory.
func (l *Lane) Buffer(need int) []byte {
	if len(l.block)-l.used < need {
		size := nextBlock(l.taken, need)
		l.block, l.used = l.rec.arena.block(size), 0
	}
	return l.block[l.used:]
}

// Commit records the first n bytes of what Buffer returned as an event of the
// given kind, Data or Discarded, and returns them. They stay what they are until
// the next call only, if the recorder's limit did not let it keep them.
func (l *Lane) Commit(k Kind, n int) []byte {
	p := l.block[l.used : l.used+n : l.used+n]
	kept := l.rec.keep(Event{Conn: l.conn, Direction: l.dir, Kind: k, Offset: l.offset.Load()}, p, l)
	l.offset.Add(int64(n))
	l.take(kept)
	return p
}

// Append records a copy of p as an event of the given kind, Data or Discarded.
func (l *Lane) Append(k Kind, p []byte) {
	l.Commit(k, copy(l.Buffer(len(p)), p))
}

// Stash copies p into the lane's memory without recording it: for what is recorded
// later, by Record or RecordDatagram.
func (l *Lane) Stash(p []byte) []byte {
	if l.rec.limit != 0 {
		return append(make([]byte, 0, len(p)), p...) // may not be kept: must not fill blocks
	}
	q := l.Buffer(max(len(p), 1))[:len(p):len(p)] // never nil: an empty datagram is one
	l.take(copy(q, p))
	return q
}

// Record records p, which nobody changes any more (it came from Stash, or from
// another lane of the same recorder), without copying it.
func (l *Lane) Record(p []byte) {
	l.rec.keep(Event{Conn: l.conn, Direction: l.dir, Kind: Data, Offset: l.offset.Load()}, p, l)
	l.offset.Add(int64(len(p)))
}

// Unsend takes back the last n recorded bytes, because the socket refused them.
// With n zero it takes back a FIN.
func (l *Lane) Unsend(n int64, why string) {
	l.offset.Add(-n)
	l.Add(Event{Kind: Unsent, Count: n, Text: why})
}

// Datagram records a copy of p as one datagram of the peer with the given number and
// address, the nth in this direction.
func (l *Lane) Datagram(peer int, addr string, n int64, p []byte) {
	q := l.Buffer(max(len(p), 1))[:len(p):len(p)] // never nil: an empty datagram is one
	copy(q, p)
	l.take(l.rec.keep(l.datagram(peer, addr, n), q, l))
}

// RecordDatagram is Datagram for p that came from Stash, which it doesn't copy. The
// events behind it are recorded with it: no snapshot has the one without the others.
func (l *Lane) RecordDatagram(peer int, addr string, n int64, p []byte, behind []Event) {
	r := l.rec
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keepLocked(l.datagram(peer, addr, n), p, l)
	for i := range behind {
		r.addLocked(&behind[i])
	}
}

func (l *Lane) datagram(peer int, addr string, n int64) Event {
	return Event{Conn: peer, Direction: l.dir, Kind: Datagram, Offset: n, Peer: addr}
}

// Add records e, an event without bytes, for this lane at its present offset.
func (l *Lane) Add(e Event) {
	e.Conn, e.Direction, e.Offset = l.conn, l.dir, l.offset.Load()
	l.rec.Add(e)
}

func (l *Lane) take(n int) {
	l.used += n
	l.taken += int64(n)
}
