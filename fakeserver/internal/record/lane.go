package record

import (
	"sync/atomic"
	"unsafe"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Lane records one direction of one connection, or of one datagram socket. Its
// bytes lie in blocks of its own, so that lanes don't wait for each other.
//
// A lane has one user at a time for its memory (Buffer, Commit, Append, Stash,
// Datagram) and one for Record, RecordDatagram and Unsend; Add and Offset are for any
// number. Where the record has a limit, all that records bytes has one user at a time.
// Memory that it hands out belongs to the record: callers may read it, and fill
// what Buffer returned until Commit.
type Lane struct {
	rec    *Recorder
	conn   int
	dir    transcript.Direction
	block  []byte                 // the current block
	used   int                    // how much of it is taken
	passed int64                  // bytes that were recorded from storage, kept or not
	pieces int                    // events of data, where all is kept
	offset atomic.Int64           // of the next byte to be recorded
	cutOff atomic.Bool            // the server's Close ended the handler
	counts *tally                 // of a stream; nil without a limit, or before the first byte
	last   unkept                 // where the record has a limit
	first  atomic.Pointer[Lane]   // see Follow
	latest atomic.Pointer[summed] // nil unless a lane follows this one
}

// unkept is what the limit kept out of what was recorded last: Unsend may take it back.
type unkept struct {
	sum  uint64 // before it
	data []byte
}

// Lane returns a new lane for direction d of connection conn.
func (r *Recorder) Lane(conn int, d transcript.Direction) *Lane {
	l := new(Lane)
	l.Begin(r, conn, d)
	return l
}

// Begin makes a zero Lane, which lies in something of its user's, one for direction d of connection conn.
func (l *Lane) Begin(r *Recorder, conn int, d transcript.Direction) {
	l.rec, l.conn, l.dir = r, conn, d
}

// Offset returns the stream offset of the next byte to be recorded.
func (l *Lane) Offset() int64 { return l.offset.Load() }

// maxScratch is the largest block to read into when nothing more is kept.
const maxScratch = 64 << 10

// Buffer returns at least need free bytes to read into. The bytes become part of
// the record with Commit; until then the next call returns the same memory.
func (l *Lane) Buffer(need int) []byte {
	if l.rec.limit.isFull() {
		return l.scratch(need)
	}
	if len(l.block)-l.used < need {
		size := nextBlock(l.passed, need)
		l.block, l.used = l.rec.block(size, l.passed), 0
	}
	return l.block[l.used:]
}

// scratch is Buffer for when nothing more is kept. The same memory serves again and
// again, and becomes larger as more passes.
func (l *Lane) scratch(need int) []byte {
	if size := min(nextBlock(l.passed, need), max(need, maxScratch)); len(l.block)-l.used < size {
		l.block, l.used = make([]byte, size), 0
	}
	return l.block[l.used:]
}

// Commit records the first n bytes of what Buffer returned as an event of the
// given kind, Data or Discarded, and returns them. If the recorder's limit did not let
// it keep them, they are valid only until the next call.
func (l *Lane) Commit(k transcript.Kind, n int) []byte {
	p := l.block[l.used : l.used+n : l.used+n]
	l.take(l.record(k, p, p))
	l.passed += int64(n)
	return p
}

// Append records a copy of p as an event of the given kind, Data or Discarded.
func (l *Lane) Append(k transcript.Kind, p []byte) {
	if l.rec.limit.isFull() {
		l.record(k, nil, p) // there is nothing to copy
		return
	}
	l.Commit(k, copy(l.Buffer(len(p)), p))
}

// CutOff says that the handler was ended by the server's Close: what is discarded from now
// on is AtClose.
func (l *Lane) CutOff() { l.cutOff.Store(true) }

// Stash copies p into the lane's memory without recording it: for what is recorded
// later, by Record or RecordDatagram.
func (l *Lane) Stash(p []byte) []byte {
	if l.rec.limit != nil {
		return append(make([]byte, 0, len(p)), p...) // may not be kept: must not fill blocks
	}
	return l.stash(p)
}

func (l *Lane) stash(p []byte) []byte {
	q := l.Buffer(max(len(p), 1))[:len(p):len(p)]   // never nil: an empty datagram is one
	if unsafe.SliceData(q) != unsafe.SliceData(p) { // it may have been read into Free
		copy(q, p)
	}
	l.take(len(p))
	l.passed += int64(len(p))
	return q
}

// Record records p, which does not change any more (it came from Stash, or from
// another lane of the same recorder), without copying it.
func (l *Lane) Record(p []byte) { l.record(transcript.Data, p, p) }

// Unsend takes back the last n recorded bytes, because the socket refused them.
func (l *Lane) Unsend(n int64, why string) {
	l.offset.Add(-n)
	l.unsum(n)
	l.Add(transcript.Event{Kind: transcript.Unsent, Count: n, Text: why})
}

// UnsendFIN takes back a FIN, because the socket refused it.
func (l *Lane) UnsendFIN(why string) {
	l.Add(transcript.Event{Kind: transcript.FINUnsent, Text: why})
}

// Add records e, an event without bytes, for this lane at its present offset.
func (l *Lane) Add(e transcript.Event) {
	e.Conn, e.Direction, e.Offset = l.conn, l.dir, l.offset.Load()
	l.rec.Add(e)
}

// take takes n bytes from the current block.
func (l *Lane) take(n int) { l.used += n }

// record records p as an event of kind k, and returns how many bytes of it are kept. What
// is kept is that much of stable, which does not change.
func (l *Lane) record(k transcript.Kind, stable, p []byte) (kept int) {
	e := transcript.Event{Conn: l.conn, Direction: l.dir, Kind: k, Offset: l.offset.Load(), AtClose: k == transcript.Discarded && l.cutOff.Load()}
	if l.rec.limit != nil {
		kept = l.limited(&e, stable, p)
	} else {
		e.Data, kept = stable, len(p)
		l.add(&e)
	}
	l.offset.Add(int64(len(p)))
	l.room()
	return kept
}

// add records e, which has bytes that are all kept.
func (l *Lane) add(e *transcript.Event) {
	if l.pieces++; l.pieces > maxDense {
		l.rec.addPiece(e)
		return
	}
	l.rec.Add(*e)
}
